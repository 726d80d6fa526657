#include "distributed/record_exchange.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "data/ingest/record_sort.hpp"

namespace alster {

namespace {

constexpr Offset segment = (Offset{8} << 20) / static_cast<Offset>(sizeof(EventRecord));

}  // namespace

void bring_to_owners(const Communicator& ranks, EventTable& records, Side side, const RowPartition& rows)
{
    const int size = ranks.size();
    if (size == 1) return;  // it owns all of them
    // group d goes to the rank that comes d after this one; the last group goes first, so that the table can shrink,
    // and the rank's own moves last, by the same way
    const auto begin = sort_by_group(records.records(), size, [&](const EventRecord& record) -> std::size_t {
        const int owner = rows.owner(side == Side::users ? record.user : record.item);
        return (owner + size - ranks.rank()) % size;
    });
    std::vector<std::int64_t> leaving(size);
    for (int d = 0; d < size; ++d) leaving[(ranks.rank() + d) % size] = begin[d + 1] - begin[d];
    const auto coming = ranks.all_to_all_sizes(leaving);

    EventTable arrived;
    Offset total = 0;
    for (const Offset count : coming) total += count;
    arrived.set_capacity(total);
    for (int d = size - 1; d >= 0; --d) {
        const int to = (ranks.rank() + d) % size, from = (ranks.rank() + size - d) % size;
        for (Offset done = 0; done < std::max(leaving[to], coming[from]); done += segment) {
            const auto out = records.records().last(std::clamp<Offset>(leaving[to] - done, 0, segment));
            const auto in = arrived.append(std::clamp<Offset>(coming[from] - done, 0, segment));
            ranks.exchange(std::as_bytes(out), to, std::as_writable_bytes(in), from);
            records.truncate(records.size() - out.size());
            records.set_capacity(records.size());
        }
    }
    records = std::move(arrived);
}

}  // namespace alster
