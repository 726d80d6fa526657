#include "kernels/cuda/shard.hpp"

#include <algorithm>

#include "kernels/cuda/transfer.hpp"

namespace alster {

namespace {

/// Chunks of long rows that may be assembled at a time, where no row has more: within a quarter of what is left.
std::int64_t chunk_capacity(Row width, const DeviceMemory& memory)
{
    const std::size_t slot_bytes = triangle_floats(tiles_of(width)) * sizeof(float);
    return static_cast<std::int64_t>(std::clamp<std::size_t>(memory.available() / 4 / slot_bytes, 1, most_chunks));
}

std::size_t bytes_per_entry(const Interactions& interactions)
{
    return sizeof(Column) + (interactions.confidences.empty() ? 0 : sizeof(float)) +
           (interactions.preferences.empty() ? 0 : sizeof(float));
}

Offset largest_row(const Interactions& interactions)
{
    Offset largest = 0;
    for (Row u = 0; u < interactions.rows(); ++u) largest = std::max(largest, interactions.entries(u));
    return largest;
}

EntryBuffers make_entries(const Interactions& interactions, Offset count, DeviceMemory& memory)
{
    const auto size = static_cast<std::size_t>(count);
    const std::string purpose = "a batch of " + std::to_string(count) + " interactions";
    EntryBuffers entries;
    entries.columns = {memory, size, purpose};
    if (!interactions.confidences.empty()) entries.confidences = {memory, size, purpose};
    if (!interactions.preferences.empty()) entries.preferences = {memory, size, purpose};
    return entries;
}

/// Blocks that may solve large systems at a time: as many as the multiprocessors hold, within a quarter of what is
/// left.
int slots_for(std::size_t slot_bytes, const Device& device)
{
    const std::size_t fit = device.memory.available() / 4 / slot_bytes;
    const auto most = static_cast<std::size_t>(least_blocks(large_bin) * device.multiprocessors);
    return static_cast<int>(std::clamp<std::size_t>(fit, 1, most));
}

void make_workspace(ShardMemory& memory, const RowPlan& plan, Row width, Device& device)
{
    memory.tickets = {device.memory, plan.launches, "tickets"};
    memory.chunk_slot = triangle_floats(tiles_of(width));
    if (plan.most_chunks > 0) {
        const auto chunks = static_cast<std::size_t>(plan.most_chunks);
        memory.chunk_triangles = {device.memory, chunks * memory.chunk_slot, "the systems of long rows"};
        memory.chunk_right = {device.memory, chunks * tiles_of(width) * tile, "the systems of long rows"};
        memory.chunk_residuals = {device.memory, plan.chunks.size(), "the rows' results"};
    }
    if (plan.largest_large > 0) {
        memory.workspace_slot = triangle_floats(tiles_of(plan.largest_large));
        memory.slots = slots_for(memory.workspace_slot * sizeof(float), device);
        memory.workspace = {device.memory, memory.slots * memory.workspace_slot,
                            "the systems of rows with many factors"};
    }
}

void make_results(ShardMemory& memory, const Interactions& interactions, Row width, Device& device)
{
    const auto rows = static_cast<std::size_t>(interactions.rows());
    memory.residuals = {device.memory, rows, "the rows' results"};
    memory.penalties = {device.memory, rows, "the rows' results"};
    memory.failed = {device.memory, rows, "the rows' results"};
    memory.base = {device.memory, static_cast<std::size_t>(width), "the spectrum"};
}

/// Room for a row that has to be solved in fp64, whose neighbours come from the device in pieces.
void make_retried(ShardMemory& memory, const Interactions& interactions, Row width, Device& device)
{
    constexpr Row most_floats = Row{1} << 16;
    const auto rows =
        static_cast<std::size_t>(std::min(largest_row(interactions), std::max<Row>(1, most_floats / width)));
    memory.retried_columns = {device.memory, rows, "a row to be solved in fp64"};
    memory.retried = {device.memory, rows * static_cast<std::size_t>(width), "a row to be solved in fp64"};
}

void make_rounded(ShardMemory& memory, const Interactions& interactions, Row width, Device& device)
{
    Row named = 0;
    for (const Column column : interactions.columns) named = std::max(named, Row{column} + 1);
    memory.rounded = {device.memory, static_cast<std::size_t>(named * width), "the fixed side in bf16"};
}

void upload_plan(ShardMemory& memory, const Interactions& interactions, const RowPlan& plan, Device& device)
{
    const auto put = [&]<class T>(const std::vector<T>& values, const char* purpose) {
        return uploaded(std::span<const T>(values), purpose, device);
    };
    memory.offsets = put(interactions.offsets, "the rows' offsets");
    memory.order = put(plan.order, "the rows' order");
    memory.chunks = put(plan.chunks, "the long rows' chunks");
    memory.first_chunk_of = put(plan.first_chunk_of, "the long rows' chunks");
}

void upload_all(EntryBuffers& entries, const Interactions& interactions, Device& device)
{
    const auto put = [&]<class T>(const std::vector<T>& values, DeviceBuffer<T>& buffer) {
        upload_now(std::span<const T>(values), buffer.data(), device);
    };
    put(interactions.columns, entries.columns);
    put(interactions.confidences, entries.confidences);
    put(interactions.preferences, entries.preferences);
}

void page_lock(ShardMemory& memory, const Interactions& interactions)
{
    const auto lock = [&](const auto& values) {
        memory.pinned.emplace_back(values.data(), values.size() * sizeof(values[0]));
    };
    lock(interactions.columns);
    lock(interactions.confidences);
    lock(interactions.preferences);
}

}  // namespace

CudaShard load_shard(Interactions interactions, Row width, const CudaOptions& options, Device& device)
{
    CudaShard shard(std::move(interactions));
    const Interactions& all = shard.interactions;
    ShardMemory& memory = *shard.memory;

    const std::size_t entry = bytes_per_entry(all);
    shard.resident = static_cast<std::size_t>(all.entries()) * entry <= device.memory.available() / 2;
    const auto an_eighth = static_cast<Offset>(device.memory.available() / 8 / entry);
    const Offset batch = shard.resident ? all.entries() : std::max(an_eighth, largest_row(all));
    shard.plan =
        plan_rows(all.offsets, width,
                  {batch, chunk_capacity(width, device.memory), options.entries_per_chunk, device.shared_bytes});

    upload_plan(memory, all, shard.plan, device);
    make_results(memory, all, width, device);
    make_retried(memory, all, width, device);
    if (options.precision == Precision::bf16) make_rounded(memory, all, width, device);
    for (int k = 0; k < (shard.resident ? 1 : 2); ++k)
        memory.entries.push_back(make_entries(all, std::min(batch, all.entries()), device.memory));
    make_workspace(memory, shard.plan, width, device);
    if (shard.resident)
        upload_all(memory.entries[0], all, device);
    else
        page_lock(memory, all);
    return shard;
}

void upload_batch(const Interactions& all, RowRange rows, EntryBuffers& entries, const Device& device)
{
    const Offset first = all.offsets[rows.first];
    const Offset count = all.offsets[rows.last] - first;
    const auto put = [&]<class T>(const std::vector<T>& values, DeviceBuffer<T>& buffer) {
        if (!values.empty()) upload(std::span<const T>(values).subspan(first, count), buffer.data(), device.transfer);
    };
    entries.free.let_wait(device.transfer);
    put(all.columns, entries.columns);
    put(all.confidences, entries.confidences);
    put(all.preferences, entries.preferences);
    entries.uploaded.record(device.transfer);
}

}  // namespace alster
