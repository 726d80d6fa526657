#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/hdf5_file.hpp"
#include "data/interactions.hpp"

namespace alster {

/// The features of rows by their names: what makes the same features of any dataset that has these attributes.
struct FeatureNames {
    std::vector<std::string> attributes;  // (features) of which each is a value, those of one attribute together
    std::vector<std::string> values;      // (features) "Drama", "true"; "" of a number
    std::vector<std::uint8_t> numeric;    // (features) 1: a number, standardised
    std::vector<double> centres;          // (features) of a number its mean, else 0
    std::vector<double> weights;          // (features) of a value ln(N / df), of a number 1/deviation

    [[nodiscard]] Row size() const { return static_cast<Row>(weights.size()); }
};

/// Where training pulled the rows of one side: m = Aᵀ f, f the features of a row (docs/cold.md).
struct FeaturePrior {
    FeatureNames names;
    double ridge = 0;         // of A, in units of λ
    Row width = 0;            // columns of the factors as they are trained
    std::vector<double> map;  // (features, width) row-major A
};

/// As groups /prior/users and /prior/items, the same on all ranks. Collective.
void write_prior(Hdf5File& file, Side side, const FeaturePrior& prior);

/// Nothing where the file has none. Throws bad_data (65) for shapes and values that cannot be. Not collective.
[[nodiscard]] std::optional<FeaturePrior> read_prior(const Hdf5File& file, Side side, Row width);

}  // namespace alster
