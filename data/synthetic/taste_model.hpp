#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/synthetic.hpp"
#include "data/synthetic/alias_table.hpp"
#include "data/synthetic/catalogue.hpp"

namespace alster::synthetic {

/// Who likes what: the planted truth of a seed, and draws from it in constant time.
class TasteModel {
public:
    TasteModel(const SyntheticOptions& options, const std::vector<Item>& catalogue);

    [[nodiscard]] int topics() const { return topics_; }
    [[nodiscard]] Row items() const { return static_cast<Row>(popularity_.size()); }

    /// Sums to 1 over the items.
    [[nodiscard]] std::span<const float> popularity() const { return popularity_; }

    /// φ_k (items), sums to 1.
    [[nodiscard]] std::vector<float> topic_items(int topic) const;

    /// π_u (topics), sums to 1; users from 0.
    [[nodiscard]] std::vector<float> mixture(Row user) const;

    /// An item of a user with this mixture: with probability `noise` by popularity alone.
    [[nodiscard]] std::int32_t draw(Random& random, std::span<const float> mixture) const;

    /// How well the item fits the mixture, in [0, 1): t/(1 + t) of t = Σ_k π_k φ_k(i) / popularity(i), so ½ is
    /// indifference.
    [[nodiscard]] double fit(std::span<const float> mixture, std::int32_t item) const;

    /// Mean 0, variance 1 over the items: what makes some of them better liked by everyone.
    [[nodiscard]] double quality(std::int32_t item) const { return quality_[item]; }

private:
    void rank_by_popularity(double exponent);
    void blend_genres(const std::vector<Item>& catalogue);

    std::uint64_t seed_;
    int topics_;
    double noise_;
    double concentration_;
    std::vector<float> popularity_;        // (items)
    std::vector<float> lift_;              // (items, topics): φ_k(i) / popularity(i)
    std::vector<float> quality_;           // (items)
    std::vector<AliasTable> topic_draws_;  // (topics)
    std::vector<AliasTable> popular_;      // one
};

}  // namespace alster::synthetic
