#include "host/train/rebalance.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr double least_imbalance = 1.1;  // of a sweep: below, the noise of the measurement moves rows to and fro

double longest(std::span<const double> users_s, std::span<const double> items_s)
{
    return *std::ranges::max_element(users_s) + *std::ranges::max_element(items_s);
}

double sum(std::span<const double> seconds)
{
    double total = 0;
    for (const double s : seconds) total += s;
    return total;
}

/// One side shared out anew, and what each rank would then take.
struct NewShare {
    Share share;
    std::vector<double> seconds;
};

NewShare share_anew(const Job& job, Side side, const Share& old, std::span<const double> rank_s, Offset part_entries)
{
    const RowCost cost = job.options.row_cost();
    const auto costs =
        in_seconds(shared_side_costs(job.ranks, job.dataset, side, cost, part_entries), old, rank_s, cost);
    NewShare anew{{RowPartition(costs.rows, rows_per_chunk, costs.chunks, job.ranks.size()), old.split}, {}};
    const Share rows_alone{anew.share.rows, {}};  // the parts of split rows stay where they are
    for (int rank = 0; rank < job.ranks.size(); ++rank) anew.seconds.push_back(cost_on(rows_alone, costs, cost, rank));
    return anew;
}

}  // namespace

SideCosts in_seconds(SideCosts costs, const Share& share, std::span<const double> rank_s, const RowCost& cost)
{
    for (const SplitRow& row : share.split.rows) costs.chunks[row.row / rows_per_chunk] -= cost(row.entries);
    for (int rank = 0; rank < share.rows.ranks(); ++rank) {
        const RowRange own = share.rows.of(rank);
        const Row first = own.first / rows_per_chunk;
        const Row last = (own.last + rows_per_chunk - 1) / rows_per_chunk;
        const auto chunks = std::span(costs.chunks).subspan(first, last - first);
        const double modelled = sum(chunks);
        if (modelled <= 0) continue;
        for (double& chunk : chunks) chunk *= rank_s[rank] / modelled;
    }
    return costs;
}

std::optional<Shares> rebalanced_shares(const Job& job, const MeasuredSweep& measured, Offset part_entries,
                                        double load_s, int sweeps_left)
{
    const Rebalance wish = job.options.rebalance;
    if (job.ranks.size() == 1 || wish == Rebalance::never) return std::nullopt;
    const double before = longest(measured.users_s, measured.items_s);
    const double even = (sum(measured.users_s) + sum(measured.items_s)) / job.ranks.size();
    if (wish == Rebalance::automatic && (before < least_imbalance * even || (before - even) * sweeps_left < load_s))
        return std::nullopt;
    auto users = share_anew(job, Side::users, measured.users, measured.users_s, part_entries);
    auto items = share_anew(job, Side::items, measured.items, measured.items_s, part_entries);
    const double after = longest(users.seconds, items.seconds);
    if (wish == Rebalance::automatic && (before - after) * sweeps_left < load_s) return std::nullopt;
    job.log.rebalanced(before, after, even);
    return Shares{std::move(users.share), std::move(items.share)};
}

}  // namespace alster
