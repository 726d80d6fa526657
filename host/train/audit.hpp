#pragma once
#include <algorithm>
#include <cmath>

#include "kernels/backend_sizes.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

/// How far sampled rows are from the fp64 solution of their system.
struct Audit {
    std::int64_t rows = 0;
    double largest_error = 0;  // ‖x − x'‖ / ‖x'‖
};

/// Compares row u with its solution in fp64; `exact` is room for that.
inline void audit_row(const Interactions& interactions, Row u, FactorTable Y, std::span<const float> x,
                      const RowObjective& objective, std::span<float> exact, Audit& audit)
{
    solve_reference_row(interactions, u, Y, objective, exact);
    double difference = 0;
    double norm = 0;
    for (Row a = 0; a < Y.width; ++a) {
        difference += std::pow(static_cast<double>(x[a]) - exact[a], 2);
        norm += std::pow(static_cast<double>(exact[a]), 2);
    }
    ++audit.rows;
    if (norm > 0) audit.largest_error = std::max(audit.largest_error, std::sqrt(difference / norm));
}

/// Some rows, evenly spaced: few where factors are many, so that solving them takes a second at most. Rows that are
/// assembled in parts, of more than `part` entries, are few and not met by chance: of them the shortest, as far as
/// another second or two (2³¹ multiply-adds) reach.
[[nodiscard]] inline std::vector<Row> rows_to_audit(const Interactions& interactions, Row width, Offset part)
{
    constexpr Offset most_entries = 10000;
    const Row samples = std::clamp<Row>((Row{1} << 22) / (width * width), 2, 64);
    const Row step = std::max<Row>(1, interactions.rows() / samples);
    std::vector<Row> rows;
    for (Row u = 0; u < interactions.rows(); u += step)
        if (interactions.entries(u) > 0 && interactions.entries(u) <= most_entries) rows.push_back(u);

    constexpr int most_in_parts = 3;
    std::vector<Row> in_parts;
    for (Row u = 0; u < interactions.rows(); ++u)
        if (interactions.entries(u) > part) in_parts.push_back(u);
    std::ranges::sort(in_parts, {}, [&](Row u) { return interactions.entries(u); });
    in_parts.resize(std::min<std::size_t>(in_parts.size(), most_in_parts));
    double left = 0x1p31;
    for (const Row u : in_parts) {
        left -= static_cast<double>(interactions.entries(u)) * static_cast<double>(width * width) / 2;
        if (left >= 0) rows.push_back(u);
    }
    return rows;
}

/// Solves these rows again in fp64. `Y` is what they were solved from, `X` (rows.size(), width) what came out.
[[nodiscard]] inline Audit audit_rows(const Interactions& interactions, std::span<const Row> rows, FactorTable Y,
                                      FactorTable X, const RowObjective& objective)
{
    Audit audit;
    std::vector<float> exact(Y.width);
    for (std::size_t k = 0; k < rows.size(); ++k)
        audit_row(interactions, rows[k], Y, {X.row(static_cast<Row>(k)), exact.size()}, objective, exact, audit);
    return audit;
}

}  // namespace alster
