#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/feature_prior.hpp"
#include "host/model/objective.hpp"

namespace alster {

/// One side's trained factors as a rank holds them.
struct TrainedRows {
    RowRange rows;
    std::span<const float> factors;                // (rows, objective.width())
    std::span<const std::int64_t> folded_at = {};  // (rows) when an update folded a row in, Unix seconds; 0: never
    const FeaturePrior* prior = nullptr;           // of all rows of the side; null: none
    std::span<const std::uint8_t> mapped = {};     // (rows) 1: mapped from features, not learned; empty: none is
};

/// (rows, objective.served_width()) from (rows, objective.width()), which must live as long: implicit ones are served as
/// they are, explicit ones get the columns that make a plain dot product of them: users [x, b_u, 1], items [y, 1, b_i].
class ServedFactors {
public:
    ServedFactors(Side side, const Objective& objective, std::span<const float> trained);
    ServedFactors(const ServedFactors&) = delete;
    ServedFactors& operator=(const ServedFactors&) = delete;

    [[nodiscard]] std::span<const float> values() const { return values_; }

private:
    std::vector<float> made_;  // explicit only
    std::span<const float> values_;
};

/// The reverse: (rows, objective.width()) of rows as a model file has them.
[[nodiscard]] std::vector<float> trained_factors(Side side, const Objective& objective, std::vector<float> served);

}  // namespace alster
