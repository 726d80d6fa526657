#include "host/personalize/page_arrangement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

namespace alster {
namespace {

PageRules rules_of(Row rows, Row titles, Row least)
{
    PageRules rules;
    rules.rows = rows;
    rules.titles = titles;
    rules.least = least;
    return rules;
}

RowCandidate row(std::uint8_t reason, std::vector<std::int32_t> items, double taste = 0)
{
    RowCandidate row{.reason = reason, .taste = taste, .items = std::move(items)};
    for (std::size_t n = 0; n < row.items.size(); ++n) row.scores.push_back(1 - 0.01F * static_cast<float>(n));
    row.worth = row.scores;
    return row;
}

std::vector<RowCandidate> random_rows(unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<RowCandidate> rows;
    for (std::uint8_t r = 0; r < 9; ++r) {
        std::set<std::int32_t> items;
        while (items.size() < 15) items.insert(static_cast<std::int32_t>(random() % 60));
        RowCandidate made = row(r, {items.begin(), items.end()}, static_cast<double>(random() % 10) / 20);
        std::shuffle(made.items.begin(), made.items.end(), random);
        for (std::size_t n = 0; n < made.worth.size(); ++n)
            made.worth[n] =
                std::max(0.0F, static_cast<float>(100 - static_cast<int>(n) * 7 + static_cast<int>(random() % 9))) /
                100;
        rows.push_back(std::move(made));
    }
    return rows;
}

std::vector<std::vector<std::int32_t>> items_of(const std::vector<PageRow>& page)
{
    std::vector<std::vector<std::int32_t>> items;
    for (const auto& row : page) items.push_back(row.items);
    return items;
}

/// Σ over rows of gain, as arrange() defines it.
double gain_of(const std::vector<RowCandidate>& rows, const std::vector<PageRow>& page)
{
    double sum = 0;
    for (const auto& made : page) {
        const auto& candidate = *std::ranges::find(rows, made.reason, &RowCandidate::reason);
        for (std::size_t c = 0; c < made.items.size(); ++c) {
            const auto place = std::ranges::find(candidate.items, made.items[c]) - candidate.items.begin();
            sum += candidate.worth[static_cast<std::size_t>(place)] / std::log2(static_cast<double>(c) + 2);
        }
    }
    return sum;
}

TEST(PageArrangement, NoTitleIsThereTwiceAndShortRowsAreDropped)
{
    const auto page = arrange({row(0, {1, 2, 3}), row(1, {1, 2, 4}), row(2, {5, 6, 7})}, rules_of(9, 3, 2));
    ASSERT_EQ(2U, page.size());
    EXPECT_EQ((std::vector<std::int32_t>{1, 2, 3}), page[0].items);
    EXPECT_EQ((std::vector<std::int32_t>{5, 6, 7}), page[1].items);
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::set<std::int32_t> shown;
        for (const auto& row : arrange(random_rows(seed), rules_of(6, 5, 3))) {
            EXPECT_GE(std::ssize(row.items), 3);
            for (const auto item : row.items) EXPECT_TRUE(shown.insert(item).second) << seed;
        }
    }
}

TEST(PageArrangement, TheOrderOfTheCandidatesSaysNothing)
{
    std::mt19937 random(3);
    for (unsigned seed = 0; seed < 200; ++seed) {
        auto rows = random_rows(seed);
        const auto page = items_of(arrange(rows, rules_of(6, 5, 3)));
        std::shuffle(rows.begin(), rows.end(), random);
        EXPECT_EQ(page, items_of(arrange(rows, rules_of(6, 5, 3)))) << seed;
    }
}

TEST(PageArrangement, TasteIsCountedOnceAndTopPicksAreFirst)
{
    auto rules = rules_of(3, 2, 1);
    rules.top_first = false;
    rules.taste = 10;
    auto page = arrange({row(0, {1, 2}), row(5, {3, 4}, 0.5), row(5, {5, 6}, 0.4), row(7, {7, 8}, 0.1)}, rules);
    EXPECT_EQ(5, page[0].reason);
    EXPECT_EQ(7, page[1].reason);  // the second row of reason 5 covers nothing new
    rules.top_first = true;
    page = arrange({row(5, {3, 4}, 0.5), row(0, {1, 2})}, rules);
    EXPECT_EQ(0, page[0].reason);
    EXPECT_EQ(5, arrange({row(5, {3, 4}, 0.5), row(0, {})}, rules)[0].reason);  // there are no top picks
}

TEST(PageArrangement, RemovingARowNeverMakesATitleRepeat)
{
    for (unsigned seed = 0; seed < 50; ++seed)
        for (std::size_t gone = 0; gone < 9; ++gone) {
            auto rows = random_rows(seed);
            rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(gone));
            std::set<std::int32_t> shown;
            for (const auto& row : arrange(rows, rules_of(9, 5, 1)))
                for (const auto item : row.items) EXPECT_TRUE(shown.insert(item).second);
        }
}

/// The rows with the greatest gain each, as if there were no others, are worth no more once repeats are gone.
TEST(PageArrangement, StageByStageIsWorthNoLessThanRowByRow)
{
    auto rules = rules_of(4, 5, 1);
    rules.taste = rules.similarity = 0;
    rules.top_first = false;
    double staged = 0, by_itself = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
        const auto rows = random_rows(seed);
        staged += gain_of(rows, arrange(rows, rules));
        auto alone = rows;
        std::ranges::stable_sort(alone, std::greater<>(), [&](const RowCandidate& candidate) {
            return gain_of(rows, arrange({candidate}, rules));
        });
        alone.resize(static_cast<std::size_t>(rules.rows));
        by_itself += gain_of(rows, arrange(alone, rules));
    }
    EXPECT_GE(staged, by_itself);
}

}  // namespace
}  // namespace alster
