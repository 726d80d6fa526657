#include <algorithm>

#include "host/sharding/loads.hpp"

namespace alster {

namespace {

Offset entries(const DatasetReader& dataset, Part part, Side side, RowRange rows)
{
    if (rows.empty()) return 0;
    return dataset.offsets(part, side, {rows.last, rows.last}).front() -
           dataset.offsets(part, side, {rows.first, rows.first}).front();
}

/// Interactions of the row with most of them.
Offset longest(const DatasetReader& dataset, Side side, RowRange rows)
{
    Offset most = 0;
    each_slice_of_offsets(dataset, side, rows, [&](Row, std::span<const Offset> offsets) {
        for (std::size_t k = 1; k < offsets.size(); ++k) most = std::max(most, offsets[k] - offsets[k - 1]);
    });
    return most;
}

/// Interactions that a rank holds of one side: those of its whole rows, and of its parts of split ones.
Offset held(const DatasetReader& dataset, Side side, const Share& share, int rank)
{
    Offset count = entries(dataset, Part::train, side, share.rows.of(rank));
    for (const SplitRow& row : share.split.among(share.rows.of(rank))) count -= row.entries;
    for (const RowEntries& part : share.split.held_by(rank, share.rows.ranks())) count += part.entries.size();
    return count;
}

}  // namespace

RankLoad own_load(const DatasetReader& dataset, const Share& users, const Share& items, int rank)
{
    RankLoad load{.users = users.rows.of(rank).size(),
                  .items = items.rows.of(rank).size(),
                  .by_user = held(dataset, Side::users, users, rank),
                  .by_item = held(dataset, Side::items, items, rank),
                  .longest_user = longest(dataset, Side::users, users.rows.of(rank)),
                  .longest_item = longest(dataset, Side::items, items.rows.of(rank))};
    if (dataset.info().held_out > 0) load.held_out = entries(dataset, Part::holdout, Side::users, users.rows.of(rank));
    return load;
}

}  // namespace alster
