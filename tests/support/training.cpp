#include "tests/support/training.hpp"

#include <numeric>
#include <random>

namespace alster::test {

Interactions planted_interactions(Row users, Row items, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    Interactions R;
    for (Row u = 0; u < users; ++u) {
        for (Row i = 0; i < items; ++i) {
            const bool same_group = u % 2 == i % 2;
            const double popularity = 1.0 / (1.0 + static_cast<double>(i) / 20);
            if (u == 3 || i == 5 || uniform(random) > popularity * (same_group ? 0.5 : 0.05)) continue;
            R.columns.push_back(static_cast<Column>(i));
            R.values.push_back(static_cast<float>(1 + random() % 5));
        }
        R.offsets.push_back(static_cast<Offset>(R.columns.size()));
    }
    return R;
}

Interactions transposed(const Interactions& by_user, Row items)
{
    Interactions by_item;
    for (Row i = 0; i < items; ++i) {
        for (Row u = 0; u < by_user.rows(); ++u)
            for (Offset k = by_user.offsets[u]; k < by_user.offsets[u + 1]; ++k) {
                if (by_user.columns[k] != i) continue;
                by_item.columns.push_back(static_cast<Column>(u));
                by_item.values.push_back(by_user.values[k]);
            }
        by_item.offsets.push_back(static_cast<Offset>(by_item.columns.size()));
    }
    return by_item;
}

namespace {

/// One more row: some entries of a row of `all`.
void append_row(const Interactions& all, RowEntries row, Interactions& to)
{
    const Offset first = all.offsets[row.row] + row.entries.first;
    const Offset last = all.offsets[row.row] + row.entries.last;
    to.columns.insert(to.columns.end(), all.columns.begin() + first, all.columns.begin() + last);
    to.values.insert(to.values.end(), all.values.begin() + first, all.values.begin() + last);
    to.offsets.push_back(static_cast<Offset>(to.columns.size()));
}

}  // namespace

Interactions slice(const Interactions& all, RowRange rows)
{
    Interactions part;
    for (Row r = rows.first; r < rows.last; ++r) append_row(all, {r, {0, all.entries(r)}}, part);
    return part;
}

OwnInteractions own_interactions(const Interactions& all, const Share& share, int rank, const Objective& objective)
{
    OwnInteractions own;
    const RowRange rows = share.rows.of(rank);
    for (Row r = rows.first; r < rows.last; ++r) {
        const bool split = !share.split.among({r, r + 1}).empty();
        append_row(all, {r, {0, split ? 0 : all.entries(r)}}, own.rows);
    }
    for (const RowEntries& part : share.split.held_by(rank, share.rows.ranks())) append_row(all, part, own.parts);
    std::vector<std::uint64_t> keys(rows.size());
    std::iota(keys.begin(), keys.end(), static_cast<std::uint64_t>(rows.first));
    return {objective.apply(std::move(own.rows), 0), objective.apply(std::move(own.parts), 0), keys};
}

}  // namespace alster::test
