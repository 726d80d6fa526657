#pragma once
#include <vector>

#include "kernels/host_matrix.hpp"

namespace alster {

/// sqrt(E v² − (E v)²), 0 where rounding leaves less.
[[nodiscard]] double deviation_of(double mean_of_squares, double mean);

/// The standard deviation of a query's products with N candidates, without a pass over them: with their Gramian G and
/// their mean ȳ it is sqrt(qᵀ G q / N − (q·ȳ)²).
class ScoreSpread {
public:
    /// `candidates` may lack some of the N, of which all factors are 0. `gramian`: (width, width).
    ScoreSpread(FactorTable candidates, Row n, std::vector<double> gramian);

    [[nodiscard]] double of(const float* query) const;

private:
    Row n_;
    std::vector<double> mean_;  // (width)
    std::vector<double> gramian_;
};

}  // namespace alster
