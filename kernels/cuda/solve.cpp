#include <algorithm>
#include <cmath>

#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/transfer.hpp"
#include "kernels/exact_row.hpp"

namespace alster {

namespace {

/// f(std::integral_constant<Precision, precision>)
template <class F>
void with_precision(Precision precision, F f)
{
    switch (precision) {
        case Precision::fp32:
            return f(std::integral_constant<Precision, Precision::fp32>());
        case Precision::tf32x3:
            return f(std::integral_constant<Precision, Precision::tf32x3>());
        default:
            return f(std::integral_constant<Precision, Precision::bf16>());
    }
}

/// A half-step on its way through one device.
class HalfStepLaunches {
public:
    HalfStepLaunches(const CudaShard& shard, const RowProblem& problem, Precision precision, Device& device)
        : shard_(shard), memory_(*shard.memory), problem_(problem), precision_(precision), device_(device)
    {
    }

    void run()
    {
        memory_.tickets.zero(device_.stream);
        for (std::size_t k = 0; k < shard_.plan.batches.size(); ++k) {
            const PlannedBatch& batch = shard_.plan.batches[k];
            EntryBuffers& entries = memory_.entries[k % memory_.entries.size()];
            if (!shard_.resident) {
                upload_batch(shard_.interactions, batch.rows, entries, device_);
                entries.uploaded.let_wait(device_.stream);
            }
            point_to(batch, entries);
            launch_clear(problem_.X, problem_.width, memory_.order.data() + batch.first_empty, batch.empty,
                         device_.stream.get());
            for (const PlannedLaunch& planned : batch.launches) solve(planned);
            entries.free.record(device_.stream);
        }
    }

private:
    void point_to(const PlannedBatch& batch, const EntryBuffers& entries)
    {
        problem_.columns = entries.columns.data();
        problem_.confidences = entries.confidences.data();
        problem_.preferences = entries.preferences.data();
        problem_.first_entry = shard_.resident ? 0 : shard_.interactions.offsets[batch.rows.first];
    }

    void solve(const PlannedLaunch& planned)
    {
        RowLaunch rows{.problem = problem_,
                       .bin = planned.bin,
                       .dual = planned.dual,
                       .rows = memory_.order.data() + planned.first_row,
                       .count = planned.rows,
                       .partials = {},
                       .ticket = memory_.tickets.data() + next_ticket_++,
                       .workspace = memory_.workspace.data(),
                       .workspace_slot = memory_.workspace_slot,
                       .slots = memory_.slots,
                       .multiprocessors = device_.multiprocessors,
                       .shared_bytes = device_.shared_bytes,
                       .limits = &device_.limits,
                       .stream = device_.stream.get()};
        with_precision(precision_, [&](auto precision) {
            if (planned.chunks == 0) return launch_rows<precision>(rows);
            const ChunkLaunch chunks = chunks_of(planned);
            launch_chunks<precision>(chunks);
            rows.partials = {chunks.triangles, chunks.right, memory_.first_chunk_of.data() + planned.first_position,
                             chunks.slot};
            launch_rows<precision>(rows);
            launch_residuals<precision>(chunks);
        });
    }

    [[nodiscard]] ChunkLaunch chunks_of(const PlannedLaunch& planned) const
    {
        return {.problem = problem_,
                .bin = planned.bin,
                .chunks = memory_.chunks.data() + planned.first_chunk,
                .count = planned.chunks,
                .triangles = memory_.chunk_triangles.data(),
                .right = memory_.chunk_right.data(),
                .residuals = memory_.chunk_residuals.data() + planned.first_chunk,
                .slot = memory_.chunk_slot,
                .shared_bytes = device_.shared_bytes,
                .limits = &device_.limits,
                .stream = device_.stream.get()};
    }

    const CudaShard& shard_;
    ShardMemory& memory_;
    RowProblem problem_;
    Precision precision_;
    Device& device_;
    std::size_t next_ticket_ = 0;
};

RowProblem problem_of(const ShardMemory& memory, const float* table, Row width, const RowObjective& objective)
{
    return {.table = table,
            .rounded = memory.rounded.data(),
            .width = width,
            .offsets = memory.offsets.data(),
            .base = memory.base.data(),
            .lambda = objective.lambda,
            .nu = objective.nu,
            .count_offset = objective.count_offset,
            .bias_lambda = objective.bias_lambda,
            .biased = objective.biased};
}

/// The neighbours of one row, in host memory: what the fp64 solve of a row that fp32 could not solve reads.
HostMatrix neighbours_of(const CudaShard& shard, Row u, const float* table, Row width, Device& device)
{
    ShardMemory& memory = *shard.memory;
    const auto columns = shard.interactions.columns_of(u);
    const std::size_t most = memory.retried_columns.size();
    HostMatrix neighbours(static_cast<Row>(columns.size()), width);
    for (std::size_t first = 0; first < columns.size(); first += most) {
        const auto named = columns.subspan(first, std::min(most, columns.size() - first));
        upload_now(named, memory.retried_columns.data(), device);
        launch_gather(table, width, memory.retried_columns.data(), static_cast<Row>(named.size()),
                      memory.retried.data(), device.stream.get());
        download_now(memory.retried.data(), std::span(neighbours.values).subspan(first * width, named.size() * width),
                     device);
    }
    return neighbours;
}

/// Row u alone, its columns counted through.
Interactions row_alone(const Interactions& all, Row u)
{
    const Offset first = all.offsets[u];
    const Offset n = all.entries(u);
    const auto part = [&](const std::vector<float>& values) {
        return values.empty() ? std::vector<float>()
                              : std::vector<float>(values.begin() + first, values.begin() + first + n);
    };
    Interactions row{.offsets = {0, n},
                     .columns = {},
                     .values = {},
                     .confidences = part(all.confidences),
                     .preferences = part(all.preferences)};
    for (Offset k = 0; k < n; ++k) row.columns.push_back(static_cast<Column>(k));
    return row;
}

ExactRow solve_in_fp64(const CudaShard& shard, Row u, const float* table, const RowObjective& objective,
                       CudaBackend::Matrix& X, Device& device)
{
    const HostMatrix neighbours = neighbours_of(shard, u, table, X.width, device);
    std::vector<float> x(X.width);
    const ExactRow row = solve_exact_row(row_alone(shard.interactions, u), 0, neighbours.table(), objective, x);
    if (X.on_host())
        std::ranges::copy(x, X.host_values().begin() + u * X.width);
    else
        upload_now(std::span<const float>(x), X.data() + u * X.width, device);
    return row;
}

}  // namespace

SolveReport CudaBackend::solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X,
                               const RowsReady& ready) const
{
    SolveReport nothing;
    if (!ready(0)) return nothing;
    Device& device = shared_->device;
    ShardMemory& memory = *shard.memory;
    const std::vector<float> base(objective.base.begin(), objective.base.end());
    upload_staged(std::span<const float>(base), memory.base.data(), device);
    const float* table = shared_->fixed.on_device(Y, device);
    launch_round(table, static_cast<std::int64_t>(memory.rounded.size()), memory.rounded.data(), device.stream.get());
    memory.residuals.zero(device.stream);
    memory.penalties.zero(device.stream);
    memory.failed.zero(device.stream);
    RowProblem problem = problem_of(memory, table, Y.width, objective);
    problem.X = X.data();
    problem.residuals = memory.residuals.data();
    problem.penalties = memory.penalties.data();
    problem.failed = memory.failed.data();
    HalfStepLaunches(shard, problem, options_.precision, device).run();

    auto [residuals, penalties, of_chunks, failed] =
        fetched_together(device, memory.residuals, memory.penalties, memory.chunk_residuals, memory.failed);
    SolveReport report{std::move(residuals), std::move(penalties)};
    report.dual = shard.plan.dual_rows;
    for (std::size_t k = 0; k < of_chunks.size(); ++k) report.residuals[shard.plan.chunks[k].row] += of_chunks[k];
    for (Row u = 0; u < shard.rows(); ++u) {
        if (!failed[u] && std::isfinite(report.residuals[u])) continue;
        report.enter(u, solve_in_fp64(shard, u, table, objective, X, device));
    }
    return report;
}

}  // namespace alster
