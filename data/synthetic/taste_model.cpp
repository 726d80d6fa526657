#include "data/synthetic/taste_model.hpp"

#include <algorithm>
#include <numeric>

namespace alster::synthetic {

namespace {

/// Weight of each genre in a topic: one genre leads, two others blend in.
std::vector<double> genre_weights(std::uint64_t seed, int topic)
{
    Random random(seed, Purpose::topic, topic);
    std::vector<double> weights(genre_count(), 0.0);
    for (int k = 0; k < 2; ++k) {
        const double share = 0.3 * random.uniform();
        weights[random.below(genre_count())] += share;
    }
    weights[topic % genre_count()] += 1;
    return weights;
}

/// A random order of 0 … n − 1 (Fisher and Yates).
std::vector<Row> permutation(std::uint64_t seed, Row n)
{
    std::vector<Row> order(n);
    std::iota(order.begin(), order.end(), Row{0});
    Random random(seed, Purpose::permutation, 0);
    for (Row k = n - 1; k > 0; --k) std::swap(order[k], order[random.below(k + 1)]);
    return order;
}

}  // namespace

TasteModel::TasteModel(const SyntheticOptions& options, const std::vector<Item>& catalogue)
    : seed_(options.seed),
      topics_(options.topics),
      noise_(options.noise),
      concentration_(options.concentration),
      popularity_(catalogue.size()),
      lift_(catalogue.size() * options.topics),
      quality_(catalogue.size())
{
    rank_by_popularity(options.popularity_exponent);
    blend_genres(catalogue);
    for (int k = 0; k < topics_; ++k) topic_draws_.emplace_back(topic_items(k));
    popular_.emplace_back(popularity_);
}

void TasteModel::rank_by_popularity(double exponent)
{
    const auto rank = permutation(seed_, items());
    std::vector<double> weight(items());
    for (Row i = 0; i < items(); ++i) weight[i] = portable_pow(static_cast<double>(rank[i] + 1), -exponent);
    double total = 0;
    for (const double w : weight) total += w;
    for (Row i = 0; i < items(); ++i) popularity_[i] = static_cast<float>(weight[i] / total);
}

void TasteModel::blend_genres(const std::vector<Item>& catalogue)
{
    // a topic reaches every item a little; the factor of each pair keeps topics of the same genre apart
    constexpr double everywhere = 0.03;
    std::vector<double> total(topics_, 0.0);
    std::vector<std::vector<double>> weights;
    for (int k = 0; k < topics_; ++k) weights.push_back(genre_weights(seed_, k));
    for (Row i = 0; i < items(); ++i) {
        Random random(seed_, Purpose::affinity, i);
        for (int k = 0; k < topics_; ++k) {
            double affinity = everywhere;
            for (int g = 0; g < genre_count(); ++g)
                if (catalogue[i].genres >> g & 1) affinity += weights[k][g];
            affinity *= random.exponential();
            lift_[i * topics_ + k] = static_cast<float>(affinity);
            total[k] += affinity * popularity_[i];
        }
        quality_[i] = static_cast<float>(random.bell());
    }
    for (Row i = 0; i < items(); ++i)
        for (int k = 0; k < topics_; ++k) lift_[i * topics_ + k] /= static_cast<float>(total[k]);
}

std::vector<float> TasteModel::topic_items(int topic) const
{
    std::vector<float> distribution(items());
    for (Row i = 0; i < items(); ++i) distribution[i] = popularity_[i] * lift_[i * topics_ + topic];
    return distribution;
}

std::vector<float> TasteModel::mixture(Row user) const
{
    Random random(seed_, Purpose::taste, user);
    std::vector<double> weight(topics_);
    double total = 0;
    for (auto& w : weight) total += w = random.gamma(concentration_);
    std::vector<float> shares(topics_);
    for (int k = 0; k < topics_; ++k) shares[k] = static_cast<float>(weight[k] / total);
    return shares;
}

std::int32_t TasteModel::draw(Random& random, std::span<const float> mixture) const
{
    if (random.chance(noise_)) return popular_[0].draw(random);
    double left = random.uniform();
    int topic = 0;
    while (topic + 1 < topics_ && left >= mixture[topic]) left -= mixture[topic++];
    return topic_draws_[topic].draw(random);
}

double TasteModel::fit(std::span<const float> mixture, std::int32_t item) const
{
    double lift = 0;
    for (int k = 0; k < topics_; ++k) lift += mixture[k] * lift_[static_cast<Row>(item) * topics_ + k];
    return lift / (1 + lift);
}

}  // namespace alster::synthetic
