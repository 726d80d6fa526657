#include "host/model/objective.hpp"

#include <gmock/gmock.h>

namespace alster {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

Interactions two_entries(std::vector<float> values)
{
    return {.offsets = {0, 2}, .columns = {0, 1}, .values = std::move(values), .confidences = {}, .preferences = {}};
}

TEST(Objective, IsThatOfTheModelItDescribed)
{
    const std::vector<Objective> objectives = {
        {.factors = 12, .lambda = 0.3, .alpha0 = 0.7, .nu = 0.5},
        {.factors = 12, .alpha = 40, .nu = 0},
        {.feedback = Feedback::explicit_feedback, .factors = 7, .lambda = 0.1, .bias_lambda = 0.9, .nu = 1}};
    for (const Objective& asked : objectives) {
        ModelInfo model;
        asked.describe(model);
        const Objective read = Objective::of(model);
        EXPECT_EQ(asked.is_explicit(), read.is_explicit());
        EXPECT_EQ(asked.width(), read.width());
        EXPECT_EQ(model.width, read.served_width());
        const RowObjective a = asked.of_row(1000);
        const RowObjective b = read.of_row(1000);
        for (const Offset n : {1, 50}) {
            EXPECT_EQ(a.regularization(n), b.regularization(n));
            EXPECT_EQ(a.regularization(n, true), b.regularization(n, true));
        }
        EXPECT_EQ(a.count_offset, b.count_offset);
        EXPECT_EQ(a.biased, b.biased);
    }
}

TEST(Objective, TheWeightOfAllPairsIsThatOfTheDensityWhereItWasLeftToTheData)
{
    DatasetInfo data;
    data.users = 200;
    data.items = 50;
    data.interactions = 300;
    Objective objective;
    objective.settle(data);
    EXPECT_EQ(0.2, objective.alpha0);
    objective.alpha0 = -1;
    objective.settle(data);
    EXPECT_DOUBLE_EQ(8 * 0.03, objective.alpha0);
    data.interactions = 2000;  // a fifth of all pairs
    objective.alpha0 = -1;
    objective.settle(data);
    EXPECT_EQ(1, objective.alpha0);
}

TEST(Objective, OfARowIsTheFormula)
{
    // λ_u = λ (n_u + α0·|items|)^ν = 0.5 (4 + 0.25·20)^0.5
    const Objective objective{.factors = 3, .lambda = 0.5, .alpha0 = 0.25, .nu = 0.5};
    EXPECT_DOUBLE_EQ(1.5, objective.of_row(20).regularization(4));
}

TEST(Objective, MakesConfidencesAndPreferencesOfValues)
{
    const Interactions plain = Objective{}.apply(two_entries({2, 4}), 3);
    EXPECT_TRUE(plain.confidences.empty() && plain.preferences.empty() && plain.values.empty());

    // c = αr, p = (1 + αr) / (αr)
    const Interactions classic = Objective{.alpha = 10}.apply(two_entries({2, 4}), 3);
    EXPECT_THAT(classic.confidences, ElementsAre(20, 40));
    EXPECT_THAT(classic.preferences, ElementsAre(FloatEq(1.05F), FloatEq(1.025F)));

    const Interactions ratings = Objective{.feedback = Feedback::explicit_feedback}.apply(two_entries({2, 4}), 3);
    EXPECT_THAT(ratings.preferences, ElementsAre(-1, 1));
    EXPECT_TRUE(ratings.confidences.empty());
}

}  // namespace
}  // namespace alster
