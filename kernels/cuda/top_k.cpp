#include <algorithm>
#include <limits>

#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/top_k_launch.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {

namespace {

constexpr auto nothing_refused = std::numeric_limits<unsigned long long>::max();

/// A scorer's candidates, and device memory that its calls share: batches are of one size, mostly.
struct TopKMemory {
    CudaMatrix candidates;
    DeviceBuffer<float> queries;
    DeviceBuffer<Offset> excluded_offsets;
    DeviceBuffer<Column> excluded_columns;
    DeviceBuffer<std::int32_t> class_of;
    DeviceBuffer<std::uint32_t> eligible;
    DeviceBuffer<std::uint32_t> groups_of;
    DeviceBuffer<Offset> added_offsets;
    DeviceBuffer<Column> added_candidates;
    DeviceBuffer<float> added_values;
    DeviceBuffer<RankedKey> keys;
    DeviceBuffer<RankedKey> thresholds;
    DeviceBuffer<std::int32_t> counts;
    DeviceBuffer<std::int32_t> found;
    DeviceBuffer<float> scores;
    DeviceBuffer<std::int32_t> filled;
    DeviceBuffer<unsigned long long> refused;

    void prepare(const Queries& rows, const CandidateFilter& filter, Row k, Device& device)
    {
        const FactorTable& table = rows.rows;
        const auto put = [&]<class T>(std::span<const T> values, DeviceBuffer<T>& to, const char* purpose) {
            to.reserve(device.memory, values.size(), purpose);
            upload_now(values, to.data(), device);
        };
        put(table.values.first(table.rows * table.width), queries, "the rows to make lists for");
        if (filter.excluded) {
            put(std::span<const Offset>(filter.excluded->offsets), excluded_offsets, "what is excluded");
            put(std::span<const Column>(filter.excluded->columns), excluded_columns, "what is excluded");
        }
        if (filter.eligible) {
            put(filter.class_of, class_of, "classes");
            put(filter.eligible->words(), eligible, "what classes may see");
        }
        if (filter.groups) put(filter.groups->transposed().words(), groups_of, "groups");
        if (rows.added) {
            put(std::span<const Offset>(rows.added->offsets), added_offsets, "what is added to scores");
            put(std::span<const Column>(rows.added->candidates), added_candidates, "what is added to scores");
            put(std::span<const float>(rows.added->values), added_values, "what is added to scores");
        }
        const auto lists = static_cast<std::size_t>(table.rows * filter.lists());
        found.reserve(device.memory, lists * k, "the lists");
        scores.reserve(device.memory, lists * k, "the lists");
        filled.reserve(device.memory, lists, "the lists");
        put(std::span(&nothing_refused, 1), refused, "the lists");
    }

    /// Room for lists in the making; returns how many blocks may work at a time: two on each multiprocessor, within
    /// half of what is left, and no more than there is work for.
    int take_blocks(Row rows, Row groups, std::int64_t capacity, Device& device)
    {
        const auto of_one = static_cast<std::size_t>(groups * top_k_queries * capacity);
        const std::size_t room = device.memory.available() / 2 + keys.bytes();
        const Row wanted = std::min<Row>((rows + top_k_queries - 1) / top_k_queries, Row{2} * device.multiprocessors);
        const auto blocks = std::clamp<Row>(static_cast<Row>(room / (of_one * sizeof(RankedKey))), 1, wanted);
        if (blocks * of_one > keys.size()) keys = {};  // rather than both at a time
        keys.reserve(device.memory, blocks * of_one, "the lists in the making");
        const auto lists = static_cast<std::size_t>(blocks * groups * top_k_queries);
        thresholds.reserve(device.memory, lists, "the lists in the making");
        counts.reserve(device.memory, lists, "the lists in the making");
        return static_cast<int>(blocks);
    }
};

/// (lists, k) of the device as (lists, list) of the host, as far as each is filled.
template <class T>
void place_rows(const std::vector<T>& from, Row k, const std::vector<std::int32_t>& filled, std::vector<T>& to,
                Row list)
{
    for (Row r = 0; r < std::ssize(filled); ++r) std::copy_n(from.begin() + r * k, filled[r], to.begin() + r * list);
}

TopK top_k_on(Device& device, const Queries& queries, TopKMemory& memory, const CandidateFilter& filter, Row list)
{
    const Row items = memory.candidates.rows;
    const Row rows = queries.rows.rows;
    queries.check(items);
    filter.check(rows, items);
    const Row groups = filter.lists();
    TopK result(rows * groups, list);
    const Row k = std::min(list, items);
    if (result.rows() == 0 || k == 0) return result;
    memory.prepare(queries, filter, k, device);
    const std::int64_t capacity = top_k_capacity(k);
    const int blocks = memory.take_blocks(rows, groups, capacity, device);
    launch_top_k({.queries = memory.queries.data(),
                  .rows = rows,
                  .candidates = memory.candidates.data(),
                  .items = items,
                  .width = static_cast<int>(memory.candidates.width),
                  .excluded_offsets = filter.excluded ? memory.excluded_offsets.data() : nullptr,
                  .excluded_columns = filter.excluded ? memory.excluded_columns.data() : nullptr,
                  .class_of = filter.eligible ? memory.class_of.data() : nullptr,
                  .eligible = filter.eligible ? memory.eligible.data() : nullptr,
                  .words = (items + 31) / 32,
                  .groups_of = filter.groups ? memory.groups_of.data() : nullptr,
                  .group_words = static_cast<int>((groups + 31) / 32),
                  .groups = static_cast<int>(groups),
                  .added_offsets = queries.added ? memory.added_offsets.data() : nullptr,
                  .added_candidates = queries.added ? memory.added_candidates.data() : nullptr,
                  .added_values = queries.added ? memory.added_values.data() : nullptr,
                  .k = static_cast<int>(k),
                  .capacity = capacity,
                  .buffers = memory.keys.data(),
                  .thresholds = memory.thresholds.data(),
                  .counts = memory.counts.data(),
                  .blocks = blocks,
                  .found = memory.found.data(),
                  .scores = memory.scores.data(),
                  .filled = memory.filled.data(),
                  .refused = memory.refused.data(),
                  .stream = device.stream.get()});
    const auto refused = fetched(memory.refused, 1, device)[0];
    if (refused != nothing_refused) refuse_score(static_cast<Row>(refused) / items, static_cast<Row>(refused) % items);
    const auto entries = static_cast<std::size_t>(result.rows() * k);
    result.filled = fetched(memory.filled, static_cast<std::size_t>(result.rows()), device);
    place_rows(fetched(memory.found, entries, device), k, result.filled, result.items, list);
    place_rows(fetched(memory.scores, entries, device), k, result.filled, result.scores, list);
    return result;
}

}  // namespace

Scorer CudaBackend::scorer(FactorTable candidates) const
{
    const auto memory = std::make_shared<TopKMemory>();
    auto& table = memory->candidates;
    table = {candidates.rows, candidates.width, CudaMatrix::Place::device, shared_->device};
    upload_now(candidates.values.first(table.size()), table.data(), shared_->device);
    return [shared = shared_, memory](const Queries& queries, const CandidateFilter& filter, Row k) {
        return top_k_on(shared->device, queries, *memory, filter, k);
    };
}

}  // namespace alster
