#include <algorithm>
#include <limits>

#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/top_k_launch.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {

namespace {

constexpr auto nothing_refused = std::numeric_limits<unsigned long long>::max();

/// Blocks at a time: two on each multiprocessor, within half of what is left, and no more than there is work for.
int blocks_for(Row rows, std::int64_t capacity, const Device& device)
{
    const auto of_one = static_cast<std::size_t>(top_k_queries * capacity) * sizeof(RankedKey);
    const auto fit = static_cast<Row>(device.memory.available() / 2 / of_one);
    const Row wanted = std::min<Row>((rows + top_k_queries - 1) / top_k_queries, Row{2} * device.multiprocessors);
    return static_cast<int>(std::clamp<Row>(fit, 1, wanted));
}

/// Device memory of one call.
struct TopKMemory {
    DeviceBuffer<float> queries;
    DeviceBuffer<Offset> seen_offsets;
    DeviceBuffer<Column> seen_columns;
    DeviceBuffer<RankedKey> keys;
    DeviceBuffer<std::int32_t> found;
    DeviceBuffer<float> scores;
    DeviceBuffer<std::int32_t> filled;
    DeviceBuffer<unsigned long long> refused;

    TopKMemory(FactorTable table, const Interactions* seen, Row k, Device& device)
    {
        const auto put = [&]<class T>(std::span<const T> values, const char* purpose) {
            return uploaded(values, purpose, device);
        };
        queries = put(table.values.first(table.rows * table.width), "the rows to make lists for");
        if (seen) seen_offsets = put(std::span<const Offset>(seen->offsets), "what was seen");
        if (seen) seen_columns = put(std::span<const Column>(seen->columns), "what was seen");
        const auto entries = static_cast<std::size_t>(table.rows * k);
        found = {device.memory, entries, "the lists"};
        scores = {device.memory, entries, "the lists"};
        filled = {device.memory, static_cast<std::size_t>(table.rows), "the lists"};
        refused = put(std::span(&nothing_refused, 1), "the lists");
    }
};

/// (rows, k) of the device as (rows, list) of the host, as far as each row is filled.
template <class T>
void place_rows(const std::vector<T>& from, Row k, const std::vector<std::int32_t>& filled, std::vector<T>& to,
                Row list)
{
    for (Row r = 0; r < std::ssize(filled); ++r) std::copy_n(from.begin() + r * k, filled[r], to.begin() + r * list);
}

TopK top_k_on(Device& device, FactorTable queries, const DeviceBuffer<float>& candidates, Row items,
              const Interactions* seen, Row list)
{
    TopK result(queries.rows, list);
    const Row k = std::min(list, items);
    if (queries.rows == 0 || k == 0) return result;
    TopKMemory memory(queries, seen, k, device);
    const std::int64_t capacity = top_k_capacity(k);
    const int blocks = blocks_for(queries.rows, capacity, device);
    memory.keys = {device.memory, static_cast<std::size_t>(blocks * top_k_queries * capacity),
                   "the lists in the making"};
    launch_top_k({.queries = memory.queries.data(),
                  .rows = queries.rows,
                  .candidates = candidates.data(),
                  .items = items,
                  .width = static_cast<int>(queries.width),
                  .seen_offsets = memory.seen_offsets.data(),
                  .seen_columns = memory.seen_columns.data(),
                  .k = static_cast<int>(k),
                  .capacity = capacity,
                  .buffers = memory.keys.data(),
                  .blocks = blocks,
                  .found = memory.found.data(),
                  .scores = memory.scores.data(),
                  .filled = memory.filled.data(),
                  .refused = memory.refused.data(),
                  .stream = device.stream.get()});
    const auto refused = fetched(memory.refused, device)[0];
    if (refused != nothing_refused) refuse_score(static_cast<Row>(refused) / items, static_cast<Row>(refused) % items);
    result.filled = fetched(memory.filled, device);
    place_rows(fetched(memory.found, device), k, result.filled, result.items, list);
    place_rows(fetched(memory.scores, device), k, result.filled, result.scores, list);
    return result;
}

}  // namespace

Scorer CudaBackend::scorer(FactorTable candidates) const
{
    const auto table = std::make_shared<Matrix>(make_matrix(candidates.rows, candidates.width));
    Device& device = shared_->device;
    upload_now(candidates.values.first(table->values.size()), table->values.data(), device);
    return [shared = shared_, table](FactorTable queries, const Interactions* seen, Row k) {
        return top_k_on(shared->device, queries, table->values, table->rows, seen, k);
    };
}

}  // namespace alster
