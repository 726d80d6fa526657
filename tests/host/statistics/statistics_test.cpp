#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <random>

#include "host/machine/threads.hpp"
#include "host/statistics/distributions.hpp"
#include "host/statistics/draws.hpp"
#include "host/statistics/experiment.hpp"
#include "host/statistics/list_similarity.hpp"
#include "host/statistics/multiplicity.hpp"
#include "host/statistics/off_policy.hpp"
#include "host/statistics/paired.hpp"
#include "host/statistics/verdict.hpp"

namespace alster {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

/// Half a unit of the last digit that a published figure prints.
constexpr double ten_digits = 0.5e-10;

std::vector<std::uint64_t> numbered(std::size_t units)
{
    std::vector<std::uint64_t> keys(units);
    std::iota(keys.begin(), keys.end(), 1U);
    return keys;
}

PairedDifference paired(const std::vector<double>& values, std::uint64_t seed = 1)
{
    const auto keys = numbered(values.size());
    return paired_difference({keys, values}, seed);
}

std::vector<double> noise(std::size_t units, double mean, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::exponential_distribution<double> exponential;
    std::vector<double> values(units);
    for (double& value : values) value = mean + exponential(random) - exponential(random);
    return values;
}

ListSimilarity likeness(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b)
{
    return list_similarity({a}, {b});
}

TEST(RankBiasedOverlap, IsThatOfPublishedExamples)
{
    const auto swapped = likeness({1, 2, 3, 4, 5, 6, 7, 8, 0, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0});
    EXPECT_NEAR(swapped.rbo_truncated, 0.6465385909, ten_digits);
    EXPECT_NEAR(swapped.rbo, 0.9952170310, ten_digits);
    EXPECT_NEAR(likeness({0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}).average_overlap, 0.4166667, 0.5e-7);
}

TEST(RankBiasedOverlap, OfEqualListsIsOneAndOfDisjointOnesNothing)
{
    for (const auto& list : {std::vector<std::int32_t>{}, {7}, {3, 1, 2}})
        EXPECT_DOUBLE_EQ(likeness(list, list).rbo, 1);
    for (std::int32_t length = 0; length < 100; ++length) {
        std::vector<std::int32_t> list(static_cast<std::size_t>(length));
        std::iota(list.begin(), list.end(), 0);
        EXPECT_EQ(likeness(list, list).average_overlap, 1) << length;
    }
    EXPECT_EQ(likeness({1, 2}, {3, 4, 5}).rbo, 0);
    EXPECT_EQ(likeness({}, {1}).rbo, 0);
    EXPECT_EQ(likeness({}, {1}).jaccard, 0);
}

TEST(RankBiasedOverlap, TakesAShorterListForTheBeginningOfALongerOne)
{
    EXPECT_DOUBLE_EQ(likeness({1, 2, 3}, {1, 2, 3, 4, 5, 6}).rbo, 1);  // all that can be seen agrees
    EXPECT_DOUBLE_EQ(likeness({1, 2, 3}, {1, 2, 3, 4, 5, 6}).jaccard, 0.5);
}

/// All orders of the ties of {5, 5, 4} and {4} by hand.
TEST(RankBiasedOverlap, WithTiesIsTheMeanOverTheirOrders)
{
    const std::vector<std::int32_t> a{1, 2, 3}, b{2, 1, 3}, strict{1, 2, 3};
    const std::vector<float> ties{5, 5, 4};
    const double of_orders = (likeness(a, strict).rbo + likeness(b, strict).rbo) / 2;
    EXPECT_NEAR(list_similarity({a, ties}, {strict}).rbo, of_orders, 1e-15);
    EXPECT_NEAR(list_similarity({b, ties}, {strict}).rbo, of_orders, 1e-15);
}

TEST(RankBiasedOverlap, IsNeverAboveOneNorBelowTheTruncated)
{
    std::mt19937 random(3);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::int32_t> lists[2];
        std::vector<float> scores[2];
        for (int n = 0; n < 2; ++n) {
            for (auto length = random() % 9; length > 0; --length) {
                lists[n].push_back(static_cast<std::int32_t>(random() % 7));  // also repeated
                scores[n].push_back(static_cast<float>(random() % 3));
            }
            std::ranges::sort(scores[n], std::greater());
        }
        const auto found = list_similarity({lists[0], scores[0]}, {lists[1], scores[1]});
        const auto mirrored = list_similarity({lists[1], scores[1]}, {lists[0], scores[0]});
        ASSERT_LE(found.rbo, 1);
        ASSERT_LE(found.rbo_truncated, found.rbo);
        ASSERT_LE(found.jaccard, 1);
        ASSERT_DOUBLE_EQ(found.rbo, mirrored.rbo);
    }
}

TEST(SampleRatio, IsThatOfThePublishedExample)
{
    const auto ratio = sample_ratio(std::vector<std::int64_t>{1'003'000, 997'000}, std::vector{0.5, 0.5});
    EXPECT_DOUBLE_EQ(ratio.chi_squared, 18);
    EXPECT_NEAR(ratio.p, 2.209e-5, 0.0005e-5);
    EXPECT_TRUE(ratio.broken());
    EXPECT_FALSE(sample_ratio(std::vector<std::int64_t>{1000, 1010}, std::vector{1.0, 1.0}).broken());
}

TEST(ChiSquared, HasItsTailForAnyDegreesOfFreedom)
{
    EXPECT_NEAR(chi_squared_tail(3.841458820694124, 1), 0.05, 1e-15);
    EXPECT_NEAR(chi_squared_tail(5.991464547107979, 2), 0.05, 1e-15);
    EXPECT_NEAR(chi_squared_tail(7.814727903251179, 3), 0.05, 1e-15);
    EXPECT_NEAR(chi_squared_tail(18.307038053275146, 10), 0.05, 1e-14);
    EXPECT_EQ(chi_squared_tail(0, 4), 1);
}

TEST(ConfidenceSequence, HasThePublishedWidths)
{
    const SequencePlan plan{.planned = 1000, .alpha = 0.05};
    EXPECT_NEAR(sequence_half_width(1, 100, plan), 0.37633, 0.5e-5);
    EXPECT_NEAR(sequence_half_width(1, 1000, plan), 0.09599, 0.5e-5);
    EXPECT_NEAR(sequence_half_width(1, 10'000, plan), 0.03255, 0.5e-5);
    EXPECT_TRUE(std::isinf(sequence_half_width(1, 0, plan)));
}

TEST(Multiplicity, AdjustsByHolmAndByBenjaminiAndHochberg)
{
    const std::vector p{0.01, 0.04, 0.03, 0.005};
    EXPECT_THAT(holm(p), ElementsAre(DoubleNear(0.03, 1e-15), DoubleNear(0.06, 1e-15), DoubleNear(0.06, 1e-15),
                                     DoubleNear(0.02, 1e-15)));
    EXPECT_THAT(benjamini_hochberg(p), ElementsAre(DoubleNear(0.02, 1e-15), DoubleNear(0.04, 1e-15),
                                                   DoubleNear(0.04, 1e-15), DoubleNear(0.02, 1e-15)));
    EXPECT_THAT(holm(std::vector{0.9, 0.8}), ElementsAre(1, 1));
    EXPECT_TRUE(holm({}).empty());
}

TEST(Verdict, NeedsTheIntervalThePValueAndTheThreshold)
{
    EXPECT_EQ(verdict_of({0.01, 0.03}, 0.001, 0.005), Verdict::better);
    EXPECT_EQ(verdict_of({-0.03, -0.01}, 0.001, 0.005), Verdict::worse);
    EXPECT_EQ(verdict_of({0.001, 0.003}, 0.001, 0.005), Verdict::equivalent);  // surely more, and of no use
    EXPECT_EQ(verdict_of({-0.01, 0.03}, 0.2, 0.005), Verdict::cannot_tell);
    EXPECT_EQ(verdict_of({0.01, 0.03}, 0.06, 0.005), Verdict::cannot_tell);  // one claim of many
    EXPECT_EQ(verdict_of({0, 0}, 1, 0), Verdict::equivalent);
}

TEST(PairedDifferences, OfNobodyAndOfEqualSystemsSayNothing)
{
    EXPECT_EQ(paired({}).p, 1);
    const auto equal = paired(std::vector<double>(50, 0.0));
    EXPECT_EQ(equal.p, 1);
    EXPECT_EQ(equal.changed, 0);
    EXPECT_EQ(equal.interval.low, 0);
    EXPECT_EQ(equal.interval.high, 0);
}

TEST(PairedDifferences, OfEqualUnitsHaveAnIntervalOfOnePointHoweverFewThereAre)
{
    for (std::size_t units = 1; units < 6; ++units) {
        const auto result = paired(std::vector<double>(units, 0.5));
        EXPECT_EQ(result.interval.low, 0.5) << units;
        EXPECT_EQ(result.interval.high, 0.5) << units;
    }
}

TEST(PairedDifferences, OfFewUnitsHaveAnExactP)
{
    EXPECT_DOUBLE_EQ(paired({1, 2, 3}).p, 0.25);           // only all + and all − reach 6
    EXPECT_DOUBLE_EQ(paired({1, 1, 1, -1}).p, 10.0 / 16);  // |sum| ≥ 2: all but the six sums of 0
    EXPECT_DOUBLE_EQ(paired({1, 0, 0, 2, 3, 0}).p, 0.25);  // zeros change nothing
    EXPECT_DOUBLE_EQ(paired({0.1, 0.2, -0.3}).p, 1);       // rounding makes 0.1 + 0.2 − 0.3 no more than 0
}

TEST(PairedDifferences, ComeCloseToTheNormalLawWhereThereAreMany)
{
    const auto values = noise(4000, 0.04, 7);
    const auto group = group_of(values);
    const double error = std::sqrt(group.variance / 4000);
    const auto found = paired(values);
    EXPECT_DOUBLE_EQ(found.mean, group.mean);
    // quantiles of 2000 replicates scatter by √(q(1−q)/2000)/φ(1.96) = 0.06 errors; five of these
    EXPECT_NEAR(found.interval.low, group.mean - normal_975 * error, 0.3 * error);
    EXPECT_NEAR(found.interval.high, group.mean + normal_975 * error, 0.3 * error);
    const double p = normal_two_sided_p(group.mean / error);
    EXPECT_NEAR(found.p, p, 5 * std::sqrt(p * (1 - p) / sign_flips) + 1.0 / sign_flips);
}

TEST(PairedDifferences, HaveTheSameBitsForAnyNumberOfThreads)
{
    const auto values = noise(333, 0.1, 5);
    const Communicator alone = Communicator::self();
    set_threads(alone, 1);
    const auto one = paired(values);
    set_threads(alone, 2);
    const auto two = paired(values);
    EXPECT_EQ(one.mean, two.mean);
    EXPECT_EQ(one.interval.low, two.interval.low);
    EXPECT_EQ(one.interval.high, two.interval.high);
    EXPECT_EQ(one.p, two.p);
    EXPECT_NE(one.interval.low, paired(values, 2).interval.low);
}

TEST(Draws, CountLikeAPoissonVariableOfMeanOne)
{
    double sum = 0, squares = 0;
    constexpr int draws = 100'000;
    for (int n = 0; n < draws; ++n) {
        const double weight = Draws(1, static_cast<std::uint64_t>(n)).poisson(3);
        sum += weight;
        squares += weight * weight;
    }
    EXPECT_NEAR(sum / draws, 1, 5 / std::sqrt(draws));
    EXPECT_NEAR(squares / draws, 2, 5 * std::sqrt(11.0 / draws));  // the fourth moment is 15: 15 − 2² = 11
}

TEST(Groups, DifferAsWelchHasIt)
{
    const auto control = group_of(std::vector<double>{1, 2, 3, 4});
    const auto treatment = group_of(std::vector<double>{3, 5, 7});
    EXPECT_DOUBLE_EQ(control.variance, 5.0 / 3);
    const auto difference = group_difference(control, treatment, {.planned = 7});
    const double error = std::sqrt(5.0 / 3 / 4 + 4.0 / 3);
    EXPECT_DOUBLE_EQ(difference.value, 2.5);
    EXPECT_DOUBLE_EQ(difference.interval.high, 2.5 + normal_975 * error);
    EXPECT_DOUBLE_EQ(difference.p, std::erfc(2.5 / error / std::numbers::sqrt2));
    EXPECT_DOUBLE_EQ(difference.always_valid.high, 2.5 + sequence_half_width(std::sqrt(7) * error, 7, {.planned = 7}));
    EXPECT_EQ(group_difference({2, 1, 0}, {2, 1, 0}, {}).p, 1);
}

TEST(Cuped, TakesAwayWhatWasSoBefore)
{
    const std::vector<double> before{1, 2, 3, 4, 5}, outcomes{3, 5, 7, 9, 11};
    const auto all = cuped(outcomes, before);
    EXPECT_DOUBLE_EQ(all.theta, 2);
    EXPECT_DOUBLE_EQ(all.variance_reduction, 1);
    EXPECT_THAT(all.adjusted, ElementsAre(7, 7, 7, 7, 7));
    const auto none = cuped(outcomes, std::vector(5, 1.0));
    EXPECT_EQ(none.theta, 0);
    EXPECT_EQ(none.adjusted, outcomes);
}

TEST(OffPolicyEstimates, AreThoseOfAnExampleWorkedByHand)
{
    const std::vector<double> propensities{0.5, 0.25, 0.5}, targets{0.5, 0.5, 0}, rewards{1, 0, 1};
    const std::vector<double> predicted{0.5, 0.5, 1}, predicted_target{0.25, 0.5, 0.75};
    const auto found = off_policy({propensities, targets, rewards, predicted, predicted_target});  // weights 1, 2, 0
    EXPECT_DOUBLE_EQ(found.ips.value, 1.0 / 3);
    EXPECT_DOUBLE_EQ(found.snips.value, 1.0 / 3);
    EXPECT_DOUBLE_EQ(found.doubly_robust.value, (0.25 + 0.5 + 0.5 - 1 + 0.75) / 3);
    EXPECT_DOUBLE_EQ(found.effective, 9.0 / 5);
    EXPECT_EQ(found.largest_weight, 2);
    EXPECT_THAT(found.refusal(), testing::HasSubstr("1.8 of 3 decisions"));
}

TEST(OffPolicyEstimates, AreRefusedBelowAHundredEffectiveDecisionsAndBelowOnePercent)
{
    const auto of = [](std::int64_t decisions, double effective) {
        OffPolicy result;
        result.decisions = decisions;
        result.effective = effective;
        return result.refusal();
    };
    EXPECT_EQ(of(10'000, 656), "");
    EXPECT_THAT(of(10'000, 2.1), testing::HasSubstr("at least 100"));
    EXPECT_THAT(of(100'000, 900), testing::HasSubstr("at least 1000"));
}

}  // namespace
}  // namespace alster
