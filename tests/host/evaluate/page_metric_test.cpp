#include "host/evaluate/page_metric.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(PageMetric, EqualsWhatWasComputedByHand)
{
    // 1/log2(2) + 1/log2(4) + 1/log2(5): item 5 lies at row 2, column 3, item 6 at row 3, column 1
    const PageGain page = page_gain({{1, 2, 3}, {4, 1, 5}, {6, 7, 8}}, std::vector<std::int32_t>{1, 5, 6});
    EXPECT_NEAR(1.930677, page.gain, 5e-7);
    EXPECT_NEAR(2.261860, page.ideal, 5e-7);
    EXPECT_NEAR(.853579, page.normalized(), 5e-7);
    EXPECT_NEAR(.5, page_gain({{1, 2}, {3, 4}}, std::vector<std::int32_t>{4}).normalized(), 1e-15);
    EXPECT_NEAR(.630930, page_gain({{9, 1}, {1, 9}}, std::vector<std::int32_t>{1}).normalized(), 5e-7);
}

TEST(PageMetric, NothingRelevantAndNoPageAreWorthNothing)
{
    EXPECT_EQ(0, page_gain({{1, 2}}, {}).normalized());
    EXPECT_EQ(0, page_gain({}, std::vector<std::int32_t>{1}).normalized());
    EXPECT_EQ(0, page_gain({{1, 2}}, std::vector<std::int32_t>{3}).normalized());
    EXPECT_EQ(1, page_gain({{3}}, std::vector<std::int32_t>{2, 3, 4}).normalized());  // the page has one place
}

}  // namespace
}  // namespace alster
