#include "host/prepare/test_part.hpp"

#include <algorithm>

namespace alster {

namespace {

std::uint64_t key_of(Column user, Column item)
{
    return static_cast<std::uint64_t>(user) << 32 | static_cast<std::uint64_t>(item);
}

}  // namespace

void TestPart::set_rows(std::span<const Column> users, std::span<const Column> items)
{
    if (plan_.kind != SplitPlan::Kind::last) return;
    users_.assign(users.begin(), users.end());
    items_.assign(items.begin(), items.end());
}

void TestPart::set_pairs(const Communicator& ranks, std::span<const EventRecord> records)
{
    if (plan_.kind != SplitPlan::Kind::last) return;
    std::vector<std::uint64_t> mine;
    for (const auto& record : records)
        if (record.held != 0) mine.push_back(key_of(record.user, record.item));
    const std::vector<std::vector<std::uint64_t>> to(static_cast<std::size_t>(ranks.size()), mine);
    for (const auto& part : ranks.all_to_all(to)) pairs_.insert(pairs_.end(), part.begin(), part.end());
    std::ranges::sort(pairs_);
}

bool TestPart::has_pair(const EventRecord& record) const
{
    return std::ranges::binary_search(pairs_, key_of(users_[record.user], items_[record.item]));
}

void TestPart::remove_from(EventLog& log) const
{
    if (plan_.kind == SplitPlan::Kind::random) log.hold_out_at_random(plan_.fraction, seed_);
    const auto records = log.table().records();
    std::vector<std::uint8_t> held(records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (plan_.kind == SplitPlan::Kind::time) held[i] = records[i].time() >= begin_;
        if (plan_.kind == SplitPlan::Kind::random) held[i] = records[i].held;
        if (plan_.kind == SplitPlan::Kind::last) held[i] = has_pair(records[i]);
    }
    log.forget(held);
}

}  // namespace alster
