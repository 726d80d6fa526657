#include "host/model/model_output.hpp"

#include <algorithm>
#include <cmath>

#include "distributed/parallel_file_access.hpp"
#include "host/model/learned.hpp"
#include "host/model/popularity.hpp"
#include "host/model/space_id.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

/// Room in ann_cosine for later items whose norm exceeds today's largest.
constexpr double headroom = 1.25;

constexpr Row chunks_per_block = 256;  // so that a Gramian does not need a second copy of all factors

double squared_norm(std::span<const float> row)
{
    double sum = 0;
    for (const float y : row) sum += static_cast<double>(y) * y;
    return sum;
}

/// ỹ = [y, √(M² − ‖y‖²)] has norm M for every item: cosine with [x, 0] then ranks as x·y does.
std::vector<float> equal_norm_vectors(std::span<const float> factors, Row width, double max_norm)
{
    std::vector<float> vectors;
    vectors.reserve(factors.size() / width * (width + 1));
    for (std::size_t first = 0; first < factors.size(); first += width) {
        const auto row = factors.subspan(first, width);
        vectors.insert(vectors.end(), row.begin(), row.end());
        const double target = max_norm * headroom;
        vectors.push_back(static_cast<float>(std::sqrt(std::max(0.0, target * target - squared_norm(row)))));
    }
    return vectors;
}

std::vector<double> full_gramian(const Communicator& ranks, std::span<const float> factors, Row width, Row all_rows)
{
    const CpuBackend backend;
    const auto block = static_cast<std::size_t>(rows_per_chunk * chunks_per_block * width);
    // runs f on one block of rows after the other
    const auto each_block = [&](auto&& f) {
        HostMatrix Y;
        for (std::size_t first = 0; first < factors.size(); first += block) {
            const auto part = factors.subspan(first, std::min(block, factors.size() - first));
            Y.rows = static_cast<Row>(part.size()) / width;
            Y.width = width;
            Y.values.assign(part.begin(), part.end());
            f(Y);
        }
    };
    double largest = 0;
    each_block([&](const HostMatrix& Y) { largest = std::max(largest, backend.largest(Y)); });
    largest = ranks.max(largest);
    ExactSum sum(triangle_size(width), static_cast<double>(all_rows) * largest * largest);
    each_block([&](const HostMatrix& Y) { backend.gramian(Y, sum); });
    ranks.sum(sum);
    const auto packed = sum.values();
    std::vector<double> full(width * width);
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b <= a; ++b) full[a * width + b] = full[b * width + a] = packed[triangle_index(a, b)];
    return full;
}

std::vector<std::uint8_t> status_of(Side side, const TrainedRows& rows, const IdColumn& ids,
                                    std::span<const float> served, const Objective& objective)
{
    const auto width = static_cast<std::size_t>(objective.served_width());
    std::vector<std::uint8_t> status;
    for (std::size_t r = 0; r * width < served.size(); ++r) {
        const bool learned = has_learned(side, served.subspan(r * width, width), objective.is_explicit());
        const bool mapped = !rows.mapped.empty() && rows.mapped[r] != 0;
        const bool folded = !rows.folded_at.empty() && rows.folded_at[r] != 0;
        const bool erased = !learned && is_erased(ids, static_cast<Row>(r), rows.rows.first + static_cast<Row>(r));
        status.push_back(static_cast<std::uint8_t>(erased     ? RowStatus::erased
                                                   : mapped   ? RowStatus::mapped_from_features
                                                   : !learned ? RowStatus::prior_only
                                                   : folded   ? RowStatus::folded_in
                                                              : RowStatus::trained));
    }
    return status;
}

/// What was learned: no row is solved for what was mapped. It becomes what a row is of which nothing was learned.
std::vector<float> without_mapped(Side side, const TrainedRows& rows, std::span<const float> served,
                                  const Objective& objective)
{
    const auto width = static_cast<std::size_t>(objective.served_width());
    std::vector<float> learned(served.begin(), served.end());
    for (std::size_t r = 0; r * width < learned.size(); ++r) {
        if (rows.mapped[r] == 0) continue;
        const auto row = std::span(learned).subspan(r * width, width);
        std::ranges::fill(row, 0.0F);
        if (objective.is_explicit()) row[width - (side == Side::users ? 1 : 2)] = 1;
    }
    return learned;
}

void write_side(const Communicator& ranks, const DatasetReader& dataset, ModelWriter& model, Side side,
                const TrainedRows& own, std::span<const float> factors, const Objective& objective)
{
    const Row width = objective.served_width();
    const RowRange rows = own.rows;
    const IdColumn ids = dataset.ids(side, rows);
    const auto counts = dataset.event_counts(side, rows);
    model.write_ids(side, rows.first, ids, ids.kind == IdKind::text ? ids.texts.width : 0,
                    dataset.id_order(side, rows));
    model.write_factors(side, rows.first, factors);
    model.write_rows(side, rows.first, counts, dataset.last_events(side, rows),
                     status_of(side, own, ids, factors, objective));
    if (model.info().updates > 0) model.write_fold_times(side, rows.first, own.folded_at);
    const auto learned = own.mapped.empty() ? std::vector<float>() : without_mapped(side, own, factors, objective);
    model.write_gramian(side, full_gramian(ranks, own.mapped.empty() ? factors : learned, width, dataset.rows(side)));
    if (own.prior) model.write_prior(side, *own.prior);
}

}  // namespace

void write_model(const Communicator& ranks, const DatasetReader& dataset, const Objective& objective, ModelInfo info,
                 const TrainedRows& users, const TrainedRows& items, const std::filesystem::path& path)
{
    const ParallelFileAccess access(ranks);
    const Row width = objective.served_width();
    const ServedFactors user_factors(Side::users, objective, users.factors);
    const ServedFactors item_factors(Side::items, objective, items.factors);

    if (info.space_id.empty()) info.space_id = space_id(ranks, dataset, items.rows, item_factors.values());
    ModelWriter model(path, info, access);
    write_side(ranks, dataset, model, Side::users, users, user_factors.values(), objective);
    write_side(ranks, dataset, model, Side::items, items, item_factors.values(), objective);
    double largest = 0;
    for (std::size_t first = 0; first < item_factors.values().size(); first += width)
        largest = std::max(largest, std::sqrt(squared_norm(item_factors.values().subspan(first, width))));
    const double max_norm = ranks.max(largest);
    model.write_ann_cosine(items.rows.first, equal_norm_vectors(item_factors.values(), width, max_norm), max_norm,
                           headroom);
    model.write_popular(most_popular(positive_counts(ranks, dataset)));
    model.commit();
}

}  // namespace alster
