#pragma once
#include <algorithm>
#include <cmath>

#include "kernels/reference/reference_backend.hpp"

namespace alster {

/// How far sampled rows are from the fp64 solution of their system.
struct Audit {
    std::int64_t rows = 0;
    double largest_error = 0;  // ‖x − x'‖ / ‖x'‖
};

/// Solves some rows, evenly spaced, again in fp64: few where factors are many, none with very many interactions, so
/// that it takes a second at most. `Y` and `X` are what the rows were solved from and what came out.
[[nodiscard]] inline Audit audit_rows(const Interactions& interactions, FactorTable Y, FactorTable X,
                                      const RowObjective& objective)
{
    constexpr Offset most_entries = 10000;
    const Row samples = std::clamp<Row>((Row{1} << 22) / (Y.width * Y.width), 2, 64);
    const Row step = std::max<Row>(1, interactions.rows() / samples);
    Audit audit;
    std::vector<float> exact(Y.width);
    for (Row u = 0; u < interactions.rows(); u += step) {
        if (interactions.entries(u) == 0 || interactions.entries(u) > most_entries) continue;
        solve_reference_row(interactions, u, Y, objective, exact);
        double difference = 0;
        double norm = 0;
        for (Row a = 0; a < Y.width; ++a) {
            difference += std::pow(static_cast<double>(X.row(u)[a]) - exact[a], 2);
            norm += std::pow(static_cast<double>(exact[a]), 2);
        }
        ++audit.rows;
        if (norm > 0) audit.largest_error = std::max(audit.largest_error, std::sqrt(difference / norm));
    }
    return audit;
}

}  // namespace alster
