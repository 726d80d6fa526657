#pragma once
#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/exact_sum.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// What is measured of a user's list, in this order: NDCG at its length by the held-out part; the mean score of its
/// places by the model; the divergence from the user's taste in nats; the mean of 1 − cosine over its pairs; the mean
/// of −log₂(users who took the item / users).
inline constexpr std::array list_measures{"ndcg", "score", "kl", "distance", "novelty"};
using ListMeasures = std::array<std::optional<double>, list_measures.size()>;

/// What each step of re-ranking costs and brings: means over users before the first step and after each.
class RerankPrice {
public:
    /// `steps`: their names.
    RerankPrice(std::vector<std::string> steps, Row items);

    /// A user's lists, before the first step and after each. What is measured of one is measured of all.
    void add(const std::vector<ListMeasures>& of_steps, const std::vector<std::vector<std::int32_t>>& lists);
    void add_failures(std::int64_t above_caps, std::int64_t missing_quota);

    /// Over the ranks, on each of them. Collective.
    [[nodiscard]] RerankPrice over(const Communicator& ranks) const;

    /// {"users": n, "steps": [{"step": "before", "ndcg": …, "coverage": …}, …], "above_caps": n, "missing_quota": n}. A
    /// measure that nobody has is left out.
    [[nodiscard]] nlohmann::json json() const;
    /// The same as lines of a table.
    [[nodiscard]] std::vector<std::string> table() const;

private:
    [[nodiscard]] std::optional<double> mean(std::size_t step, std::size_t measure) const;
    [[nodiscard]] double coverage(std::size_t step) const;

    std::vector<std::string> steps_;  // "before", and the steps
    Row items_;
    std::int64_t users_ = 0;
    std::int64_t above_caps_ = 0;
    std::int64_t missing_quota_ = 0;
    std::vector<ExactSum> sums_;          // (steps)
    std::vector<std::int64_t> measured_;  // (measures) users
    std::vector<std::int64_t> listed_;    // (steps, items) in how many lists
};

}  // namespace alster
