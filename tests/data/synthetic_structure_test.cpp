// The planted structure: the draws follow the model, and the log shows it.
#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "data/synthetic/alias_table.hpp"
#include "data/synthetic/taste_model.hpp"
#include "tests/support/real_data.hpp"

namespace alster::synthetic {
namespace {

SyntheticOptions options_for(int topics)
{
    SyntheticOptions options;
    options.items = 200;
    options.topics = topics;
    options.noise = 0.1;
    return options;
}

/// p(i) = (1 − noise) Σ_k π_k φ_k(i) + noise · popularity(i).
std::vector<double> expected(const TasteModel& model, std::span<const float> mixture, double noise)
{
    std::vector<double> p(model.items());
    for (Row i = 0; i < model.items(); ++i) p[i] = noise * model.popularity()[i];
    for (int k = 0; k < model.topics(); ++k) {
        const auto items = model.topic_items(k);
        for (Row i = 0; i < model.items(); ++i) p[i] += (1 - noise) * mixture[k] * items[i];
    }
    return p;
}

/// Pearson's statistic over the cells with at least 5 expected draws, as standard deviations from its mean.
double chi_square_excess(std::span<const std::int64_t> counts, std::span<const double> p)
{
    std::int64_t draws = 0;
    for (const auto c : counts) draws += c;
    double chi = 0, cells = 0, rest_counts = 0, rest_expected = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double e = p[i] * static_cast<double>(draws), c = static_cast<double>(counts[i]);
        if (e < 5) {
            rest_counts += c, rest_expected += e;
            continue;
        }
        chi += (c - e) * (c - e) / e, cells += 1;
    }
    if (rest_expected >= 5) chi += std::pow(rest_counts - rest_expected, 2) / rest_expected, cells += 1;
    const double freedom = cells - 1;
    return (chi - freedom) / std::sqrt(2 * freedom);
}

TEST(AliasTable, DrawsByItsWeights)
{
    const std::vector<float> weights = {0, 1, 2, 0, 3.5f, 0.25f, 40, 0};
    const double total = 46.75;
    const AliasTable table(weights);
    Random random(3, Purpose::events, 0);
    std::vector<std::int64_t> counts(weights.size());
    for (int n = 0; n < 200'000; ++n) ++counts[table.draw(random)];

    std::vector<double> p;
    for (const float w : weights) p.push_back(w / total);
    for (const int never : {0, 3, 7}) EXPECT_EQ(0, counts[never]);
    EXPECT_LT(chi_square_excess(counts, p), 5);  // about one seed in a million would exceed this; the seed is fixed
}

TEST(TasteModel, EveryDistributionSumsToOne)
{
    const auto options = options_for(5);
    const auto catalogue = make_catalogue(options.items, options.seed);
    const TasteModel model(options, catalogue);
    const auto sum = [](std::span<const float> values) {
        double total = 0;
        for (const float v : values) total += v;
        return total;
    };
    EXPECT_NEAR(1, sum(model.popularity()), 1e-5);
    for (int k = 0; k < 5; ++k) EXPECT_NEAR(1, sum(model.topic_items(k)), 1e-5);
    for (Row u = 0; u < 100; ++u) EXPECT_NEAR(1, sum(model.mixture(u)), 1e-5);
}

TEST(TasteModel, MixturesAreDirichlet)
{
    // mean 1/K and variance (1/K)(1 − 1/K)/(K a + 1) of each share, within 5 standard errors
    const auto options = options_for(8);
    const TasteModel model(options, make_catalogue(options.items, options.seed));
    const int users = 20'000;
    double sum = 0, squares = 0;
    for (Row u = 0; u < users; ++u) {
        const double share = model.mixture(u)[0];
        sum += share, squares += share * share;
    }
    const double mean = sum / users, variance = squares / users - mean * mean;
    const double exact = 0.125 * 0.875 / (8 * options.concentration + 1);
    EXPECT_NEAR(0.125, mean, 5 * std::sqrt(exact / users));
    EXPECT_NEAR(exact, variance, 0.05 * exact);
}

TEST(TasteModel, DrawsHaveTheExpectedCountsOfTheirUser)
{
    const auto options = options_for(5);
    const TasteModel model(options, make_catalogue(options.items, options.seed));
    for (const Row user : {0, 1, 2, 3}) {
        const auto mixture = model.mixture(user);
        Random random(1, Purpose::events, user);
        std::vector<std::int64_t> counts(options.items);
        for (int n = 0; n < 200'000; ++n) ++counts[model.draw(random, mixture)];
        EXPECT_LT(std::abs(chi_square_excess(counts, expected(model, mixture, options.noise))), 5) << user;
        const auto other = model.mixture(user + 100);
        EXPECT_GT(chi_square_excess(counts, expected(model, other, options.noise)), 100) << "a test that cannot fail";
    }
}

/// Singular values of the counts of `users` × items after (c − e)/√e, e the product of the margins: Poisson noise then
/// has the largest singular value √users + √items (Marchenko and Pastur), and what rises above is structure.
Eigen::VectorXd standardized_spectrum(const Eigen::MatrixXd& counts)
{
    const Eigen::MatrixXd independent = counts.rowwise().sum() * counts.colwise().sum() / counts.sum();
    const Eigen::MatrixXd residual = (counts - independent).array() / (independent.array() + 1e-9).sqrt();
    return Eigen::BDCSVD<Eigen::MatrixXd>(residual).singularValues();
}

TEST(TasteModel, CountsHaveThePlantedRankAboveTheNoise)
{
    const int topics = 6, users = 300, draws = 2000;
    auto options = options_for(topics);
    options.noise = 0.05;
    const TasteModel model(options, make_catalogue(options.items, options.seed));
    Eigen::MatrixXd counts = Eigen::MatrixXd::Zero(users, options.items);
    for (Row u = 0; u < users; ++u) {
        const auto mixture = model.mixture(u);
        Random random(1, Purpose::events, u);
        for (int n = 0; n < draws; ++n) counts(u, model.draw(random, mixture)) += 1;
    }
    const auto spectrum = standardized_spectrum(counts);
    const double edge = std::sqrt(users) + std::sqrt(static_cast<double>(options.items));

    // one of the K dimensions is the product of the margins, which is taken out: K − 1 are left
    EXPECT_GT(spectrum(topics - 2), 3 * edge);
    EXPECT_LT(spectrum(topics - 1), 1.2 * edge);
}

TEST(Synthetic, TheLogShowsThePlantedRank)
{
    SyntheticOptions options;
    options.users = 400;
    options.items = 1600;
    options.events = 400 * 60;
    options.topics = 4;
    options.popularity_exponent = 0.3;  // flat enough that the rule of distinct items hardly bends the counts
    options.activity_exponent = 0.2;
    options.log = SyntheticOptions::Log::ratings;
    const test::TemporaryDirectory directory;
    std::ifstream log(write_synthetic(options, directory.path()).log);
    Eigen::MatrixXd counts = Eigen::MatrixXd::Zero(options.users, options.items);
    std::string line;
    std::getline(log, line);
    while (std::getline(log, line)) {
        int user = 0, item = 0;
        ASSERT_EQ(2, std::sscanf(line.c_str(), "%d,%d", &user, &item));
        counts(user - 1, item - 1) += 1;
    }
    const auto spectrum = standardized_spectrum(counts);
    const double edge = std::sqrt(400) + std::sqrt(1600);
    EXPECT_GT(spectrum(options.topics - 2), 1.3 * edge);
    EXPECT_LT(spectrum(options.topics - 1), 1.1 * edge);
}

TEST(TasteModel, FitIsHigherWhereTheTasteReaches)
{
    const auto options = options_for(5);
    const TasteModel model(options, make_catalogue(options.items, options.seed));
    double drawn = 0, any = 0;
    for (Row u = 0; u < 200; ++u) {
        const auto mixture = model.mixture(u);
        Random random(1, Purpose::events, u);
        for (int n = 0; n < 20; ++n) {
            drawn += model.fit(mixture, model.draw(random, mixture));
            any += model.fit(mixture, static_cast<std::int32_t>(random.below(options.items)));
        }
    }
    EXPECT_GT(drawn, 1.3 * any);
}

TEST(Random, NumbersDependOnSeedPurposeAndIndexOnly)
{
    Random first(1, Purpose::events, 7), same(1, Purpose::events, 7), seed(2, Purpose::events, 7);
    Random purpose(1, Purpose::taste, 7), index(1, Purpose::events, 8);
    const auto bits = first.bits();
    EXPECT_EQ(bits, same.bits());
    EXPECT_NE(bits, seed.bits());
    EXPECT_NE(bits, purpose.bits());
    EXPECT_NE(bits, index.bits());
}

TEST(PortableMath, AgreesWithTheLibrary)
{
    for (double x = 1e-10; x < 1e10; x *= 1.37) {
        EXPECT_NEAR(std::log(x), portable_log(x), 4e-16 * std::max(1.0, std::abs(std::log(x))));
        EXPECT_NEAR(1, portable_exp(std::log(x)) / x, 1e-14);
        EXPECT_NEAR(1, portable_pow(x, -0.7) / std::pow(x, -0.7), 1e-14);
    }
}

}  // namespace
}  // namespace alster::synthetic
