#pragma once
#include <optional>

#include "host/solve/sides.hpp"
#include "host/train/resume.hpp"

namespace alster {

/// How the rows lay in a sweep, and how long each rank took to solve its own.
struct MeasuredSweep {
    Share users;
    std::vector<double> users_s;  // (ranks)
    Share items;
    std::vector<double> items_s;
};

/// Other shares, by the model of costs corrected by what each rank took; nothing where they would not repay reading the
/// dataset again (`load_s`) within the sweeps that are left, or where it was not asked for. Says what it did.
/// Collective.
[[nodiscard]] std::optional<Shares> rebalanced_shares(const Job& job, const MeasuredSweep& measured,
                                                      Offset part_entries, double load_s, int sweeps_left);

/// `costs` in seconds: each rank's rows scaled so that together they cost what it took.
[[nodiscard]] SideCosts in_seconds(SideCosts costs, const Share& share, std::span<const double> rank_s,
                                   const RowCost& cost);

/// Seconds that each rank took to solve its rows, in the sweep that has just ended.
struct RankSeconds {
    std::vector<double> users;  // (ranks)
    std::vector<double> items;
};

/// Shares the rows out by measured times, where that pays. The users' factors only move where they are a start: the
/// users are solved next. Collective.
template <Backend B>
void rebalance(const Job& job, const B& backend, RunSides<B>& sides, Solver<B>& solver, const RankSeconds& took,
               int sweeps_left)
{
    enter_phase("sharing rows out anew");
    const FactorSide<B>& users = sides.users();
    const FactorSide<B>& items = sides.items();
    const MeasuredSweep measured{
        {users.partition, users.split}, took.users, {items.partition, items.split}, took.items};
    auto shares = rebalanced_shares(job, measured, part_entries(backend), sides.load_s(), sweeps_left);
    if (!shares) return;
    const double penalty = items.penalty;
    const auto moved_items = sides.moved(items, shares->items.rows);
    const bool starts = starts_from_old_rows(job);
    const auto moved_users = starts ? sides.moved(users, shares->users.rows) : std::vector<float>();
    sides.load(std::move(*shares));
    if (starts) sides.set_factors(sides.users(), moved_users);
    begin_with(sides, solver, sides.items(), moved_items, penalty);
}

}  // namespace alster
