#include "distributed/staged_slots.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace alster {

namespace {

constexpr std::uint8_t no_stage = std::numeric_limits<std::uint8_t>::max();

}  // namespace

StagedSlots::StagedSlots(const NeededRows& needed, const RowPartition& owners, NamedRows stages)
    : needed_(needed),
      owners_(owners),
      stages_(static_cast<int>(stages.size())),
      stage_(needed.count(), no_stage),
      slot_(needed.count()),
      first_(stages.size() * owners.ranks() + 1)
{
    assert(stages.size() < no_stage);
    for (int stage = 0; stage < stages_; ++stage)
        for (const Column row : stages[stage]) {
            std::uint8_t& of_row = stage_[needed.place(row)];
            of_row = std::min(of_row, static_cast<std::uint8_t>(stage));
        }
    for (int owner = 0; owner < owners.ranks(); ++owner)
        for (Row place = places_of(owner).first; place < places_of(owner).last; ++place)
            ++first_[run(stage_[place], owner) + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    auto next = first_;
    for (int owner = 0; owner < owners.ranks(); ++owner)
        for (Row place = places_of(owner).first; place < places_of(owner).last; ++place)
            slot_[place] = static_cast<Column>(next[run(stage_[place], owner)]++);
}

RowRange StagedSlots::places_of(int owner) const
{
    const RowRange rows = owners_.of(owner);
    return {needed_.place(rows.first), needed_.place(rows.last)};
}

std::vector<Column> StagedSlots::counts_of(int owner) const
{
    std::vector<Column> counts;
    for (int stage = 0; stage < stages_; ++stage)
        counts.push_back(static_cast<Column>(first_[run(stage, owner) + 1] - first_[run(stage, owner)]));
    return counts;
}

std::vector<Column> StagedSlots::rows_of(int owner) const
{
    const auto counts = counts_of(owner);
    std::vector<Row> next(counts.size());
    std::exclusive_scan(counts.begin(), counts.end(), next.begin(), Row{0});
    const auto ascending = needed_.in(owners_.of(owner));
    std::vector<Column> by_stage(ascending.size());
    Row place = places_of(owner).first;
    for (const Column row : ascending) by_stage[next[stage_[place++]]++] = row;
    return by_stage;
}

}  // namespace alster
