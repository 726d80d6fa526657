#include <algorithm>
#include <cmath>

#include "host/plan/walk_plan.hpp"
#include "host/sharding/loads.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

namespace {

/// Rows by falling weight (k + 1)^-a, in bins whose borders grow by 2 %: runs f(rows in the bin, interactions of one).
template <class F>
void each_bin(Row rows, Offset interactions, double exponent, F&& f)
{
    const auto weight = [&](double first, double last) {  // ∫ k^-a
        return exponent == 1 ? std::log(last / first)
                             : (std::pow(last, 1 - exponent) - std::pow(first, 1 - exponent)) / (1 - exponent);
    };
    const double end = static_cast<double>(rows) + 0.5;
    const double all = weight(0.5, end);
    for (double first = 0.5; first < end;) {
        const double last = std::min(end, std::max(first + 1, first * 1.02));
        f(last - first, static_cast<double>(interactions) * weight(first, last) / all / (last - first));
        first = last;
    }
}

/// Rows of one side that the interactions of a share of the other side name at least once: Σ 1 − exp(−n·share).
Row named(Row rows, Offset interactions, double exponent, double share)
{
    double count = 0;
    each_bin(rows, interactions, exponent, [&](double bin, double n) { count += bin * (1 - std::exp(-n * share)); });
    return static_cast<Row>(count);
}

/// Interactions of the heaviest row.
Offset longest(Row rows, Offset interactions, double exponent)
{
    double most = 0;
    each_bin(rows, interactions, exponent, [&](double, double n) { most = std::max(most, n); });
    return std::llround(most);
}

double side_cost(Row rows, Offset interactions, double exponent, const RowCost& row)
{
    double cost = 0;
    each_bin(rows, interactions, exponent, [&](double bin, double n) { cost += bin * row(std::llround(n)); });
    return cost;
}

}  // namespace

WalkLoad walk_load(const Sizes& sizes, Row history_limit)
{
    WalkLoad load{.users = sizes.users, .items = sizes.items};
    each_bin(sizes.users, sizes.interactions, sizes.activity_exponent, [&](double bin, double n) {
        const double length = std::min(n, static_cast<double>(history_limit));
        load.interactions += bin * length;
        load.steps += bin * length * length;
    });
    return load;
}

RowSizes row_sizes(const Sizes& sizes, const RowCost& cost)
{
    RowSizes rows(cost);
    const auto add = [&](double bin, double n) { rows.add(std::llround(n), bin); };
    each_bin(sizes.users, sizes.interactions, sizes.activity_exponent, add);
    each_bin(sizes.items, sizes.interactions, sizes.popularity_exponent, add);
    return rows;
}

Distribution distribute(const Sizes& sizes, const RowCost& cost, const ExchangeOptions& exchange, int ranks)
{
    const auto P = static_cast<std::size_t>(ranks);
    RankLoad load{.users = (sizes.users + ranks - 1) / ranks,
                  .items = (sizes.items + ranks - 1) / ranks,
                  .by_user = (sizes.interactions + ranks - 1) / ranks,
                  .by_item = (sizes.interactions + ranks - 1) / ranks,
                  .longest_user = longest(sizes.users, sizes.interactions, sizes.activity_exponent),
                  .longest_item = longest(sizes.items, sizes.interactions, sizes.popularity_exponent)};
    const double share = 1.0 / ranks;
    const Row user_needs = named(sizes.users, sizes.interactions, sizes.activity_exponent, share);
    const Row item_needs = named(sizes.items, sizes.interactions, sizes.popularity_exponent, share);
    // a rank's own rows are as likely to be needed as others'
    const auto volumes = [&](Row rows, Row needs) { return ExchangeVolumes{rows * (ranks - 1), needs * (ranks - 1)}; };
    Distribution result{.users = volumes(sizes.users, user_needs), .items = volumes(sizes.items, item_needs)};
    Row received = 0;
    if (ranks > 1) {
        load.user_lists = takes_need_only(exchange.kind, result.users);
        load.item_lists = takes_need_only(exchange.kind, result.items);
        load.user_table = load.user_lists ? user_needs : sizes.users;
        load.item_table = load.item_lists ? item_needs : sizes.items;
        received = (load.user_table + load.item_table) / ranks * (ranks - 1);
    } else if (exchange.wire != Wire::fp32) {  // a rounded copy of its own
        load.user_table = sizes.users;
        load.item_table = sizes.items;
    }
    const double all_cost = side_cost(sizes.users, sizes.interactions, sizes.activity_exponent, cost) +
                            side_cost(sizes.items, sizes.interactions, sizes.popularity_exponent, cost);
    result.ranks.assign(P, load);
    result.cost.assign(P, all_cost / ranks);
    result.received.assign(P, received);
    return result;
}

}  // namespace alster
