#pragma once
#include <optional>

#include "host/solve/sides.hpp"
#include "host/train/job_context.hpp"

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

}  // namespace alster
