#include "host/evaluate/learned_ranker.hpp"

#include <algorithm>
#include <limits>

namespace alster {

namespace {

/// Makes a list of rows one of items, and appends the others that are not excluded.
void complete(const LearnedItems& items, TopK& lists, Row n, std::span<const Column> excluded)
{
    const Row first = n * lists.k;
    Row filled = lists.filled[n];
    for (Row place = 0; place < filled; ++place) lists.items[first + place] = items.item(lists.items[first + place]);
    for (const std::int32_t other : items.others()) {
        if (filled == lists.k) break;
        if (std::ranges::binary_search(excluded, other)) continue;
        lists.items[first + filled] = other;
        lists.scores[first + filled++] = std::numeric_limits<float>::lowest();
    }
    lists.filled[n] = static_cast<std::int32_t>(filled);
}

}  // namespace

Ranker learned_ranker(FactorTable users, const LearnedItems& items, Scorer scorer, AddendsOf addends)
{
    if (items.others().empty()) return model_ranker(users, std::move(scorer), std::move(addends));
    return [&items, ranker = model_ranker(users, std::move(scorer), std::move(addends))](
               std::span<const Row> wanted, const Interactions& excluded, Row k) {
        TopK lists = ranker(wanted, items.rows_of(excluded), k);
        for (Row n = 0; n < lists.rows(); ++n) complete(items, lists, n, excluded.columns_of(n));
        return lists;
    };
}

}  // namespace alster
