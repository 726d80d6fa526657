#pragma once
#include <span>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/personalize/cold/features.hpp"

namespace alster {

/// Rows of features, each with a weight: those of this rank.
struct WeightedFeatures {
    const Features& features;
    std::span<const double> weights;  // (rows), 0 for rows that do not count
    Row all_rows;                     // of all ranks
};

/// (Fᵀ W F + ρ I) A = Fᵀ W X over the rows of all ranks, by Cholesky. All sums over rows are exact, and the leading
/// rank solves: the same bits for any number of ranks and threads.
class RidgeSystem {
public:
    static constexpr Row most_features = 2000;

    /// Collective.
    RidgeSystem(const Communicator& ranks, const WeightedFeatures& rows, double ridge);

    /// (features, width) A for X (this rank's rows, width). `rows` as when it was made. Collective.
    [[nodiscard]] std::vector<double> solve(const Communicator& ranks, const WeightedFeatures& rows,
                                            std::span<const float> X, Row width) const;

private:
    Row size_;
    std::vector<double> factor_;  // (size, size) row-major L, lower triangle; the leading rank's alone
};

}  // namespace alster
