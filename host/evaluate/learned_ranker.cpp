#include "host/evaluate/learned_ranker.hpp"

#include <algorithm>
#include <limits>
#include <memory>

namespace alster {

namespace {

/// The learned items as a table of their own.
class LearnedItems {
public:
    LearnedItems(FactorTable items, std::span<const std::uint8_t> learned)
        : width_(items.width), row_(learned.size(), -1)
    {
        const auto known = std::ranges::count_if(learned, [](std::uint8_t any) { return any != 0; });
        factors_.reserve(static_cast<std::size_t>(known * width_));
        for (Row i = 0; i < items.rows; ++i) {
            if (learned[i] == 0) {
                others_.push_back(static_cast<std::int32_t>(i));
                continue;
            }
            row_[i] = static_cast<std::int32_t>(item_.size());
            item_.push_back(static_cast<std::int32_t>(i));
            factors_.insert(factors_.end(), items.row(i), items.row(i) + width_);
        }
    }

    [[nodiscard]] FactorTable table() const { return {factors_, std::ssize(item_), width_}; }

    /// Items as rows of the table; those that are not in it are dropped.
    [[nodiscard]] Interactions rows_of(const Interactions& items) const
    {
        Interactions rows;
        for (Row r = 0; r < items.rows(); ++r) {
            for (const Column item : items.columns_of(r))
                if (row_[item] >= 0) rows.columns.push_back(row_[item]);
            rows.offsets.push_back(std::ssize(rows.columns));
        }
        return rows;
    }

    /// Makes a list of rows one of items, and appends the others that are not excluded.
    void complete(TopK& lists, Row n, std::span<const Column> excluded) const
    {
        const Row first = n * lists.k;
        Row filled = lists.filled[n];
        for (Row place = 0; place < filled; ++place) lists.items[first + place] = item_[lists.items[first + place]];
        for (std::size_t o = 0; o < others_.size() && filled < lists.k; ++o) {
            if (std::ranges::binary_search(excluded, others_[o])) continue;
            lists.items[first + filled] = others_[o];
            lists.scores[first + filled++] = std::numeric_limits<float>::lowest();
        }
        lists.filled[n] = static_cast<std::int32_t>(filled);
    }

private:
    Row width_;
    std::vector<float> factors_;        // (learned items, width)
    std::vector<std::int32_t> item_;    // of each row, ascending
    std::vector<std::int32_t> row_;     // of each item, -1: nothing learned
    std::vector<std::int32_t> others_;  // items of which nothing was learned
};

}  // namespace

Ranker learned_ranker(FactorTable users, FactorTable items, std::span<const std::uint8_t> learned,
                      const MakeScorer& make_scorer)
{
    const auto known = std::ranges::count_if(learned, [](std::uint8_t any) { return any != 0; });
    if (known == 0 || known == items.rows) return model_ranker(users, make_scorer(items));
    const auto kept = std::make_shared<const LearnedItems>(items, learned);
    return [kept, ranker = model_ranker(users, make_scorer(kept->table()))](std::span<const Row> wanted,
                                                                            const Interactions& excluded, Row k) {
        TopK lists = ranker(wanted, kept->rows_of(excluded), k);
        for (Row n = 0; n < lists.rows(); ++n) kept->complete(lists, n, excluded.columns_of(n));
        return lists;
    };
}

}  // namespace alster
