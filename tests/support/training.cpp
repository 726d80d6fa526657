#include "tests/support/training.hpp"

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

Interactions slice(const Interactions& all, RowRange rows)
{
    Interactions part;
    const Offset first = all.offsets[rows.first];
    const Offset last = all.offsets[rows.last];
    part.columns.assign(all.columns.begin() + first, all.columns.begin() + last);
    part.values.assign(all.values.begin() + first, all.values.begin() + last);
    for (Row r = rows.first; r < rows.last; ++r) part.offsets.push_back(all.offsets[r + 1] - first);
    return part;
}

}  // namespace alster::test
