#include "host/prepare/erased_ids.hpp"

#include <algorithm>
#include <vector>

#include "data/dataset_file.hpp"

namespace alster {

namespace {

/// 1 for each id of the log that was erased.
std::vector<std::uint8_t> erased(const Tombstones& tombstones, Side side, const IdIndex& met)
{
    const IdColumn ids = met.column();
    std::vector<std::uint8_t> marks(static_cast<std::size_t>(ids.rows()));
    for (Row r = 0; r < ids.rows(); ++r) marks[r] = tombstones.contains(side, ids.text(r));
    return marks;
}

}  // namespace

Tombstones tombstones_of(const std::string& dataset)
{
    if (dataset.empty()) return {};
    return DatasetReader(dataset, serial_access(), Verify::nothing).info().tombstones;
}

std::int64_t drop_erased(const Tombstones& tombstones, EventLog& log)
{
    if (tombstones.empty()) return 0;
    const auto users = erased(tombstones, Side::users, log.users());
    const auto items = erased(tombstones, Side::items, log.items());
    std::vector<std::uint8_t> events;
    for (const auto& record : log.table().records()) events.push_back(users[record.user] | items[record.item]);
    const auto count = std::ranges::count(events, 1);
    if (count > 0) log.forget(events);
    return count;
}

}  // namespace alster
