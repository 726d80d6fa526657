#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "host/solve/solver.hpp"
#include "kernels/backend_sizes.hpp"
#include "kernels/exact_row.hpp"

namespace alster {

/// How far sampled rows are from the fp64 solution of their system.
struct Audit {
    std::int64_t rows = 0;
    double largest_error = 0;  // ‖x − x'‖ / ‖x'‖; infinite where a number is not finite
    Row farthest = -1;         // the row with that error
    Row unsolved = -1;         // a row that fp64 cannot solve; −1: none

    /// Whether all rows that were looked at are as near as they have to be.
    [[nodiscard]] bool within(double bound) const { return unsolved < 0 && largest_error <= bound; }
};

/// Compares row u with its solution in fp64; `exact` is room for that.
inline void audit_row(const Interactions& interactions, Row u, FactorTable Y, std::span<const float> x,
                      const RowObjective& objective, std::span<float> exact, Audit& audit)
{
    if (!solve_exact_row(interactions, u, Y, objective, exact).reliable) audit.unsolved = std::max(audit.unsolved, u);
    double difference = 0;
    double norm = 0;
    for (Row a = 0; a < Y.width; ++a) {
        difference += std::pow(static_cast<double>(x[a]) - exact[a], 2);
        norm += std::pow(static_cast<double>(exact[a]), 2);
    }
    ++audit.rows;
    // what is not finite stays the largest error, whatever row comes after it
    const bool finite = std::isfinite(difference) && std::isfinite(norm);
    const double error = !finite    ? std::numeric_limits<double>::infinity()
                         : norm > 0 ? std::sqrt(difference / norm)
                                    : 0;
    if (error <= audit.largest_error && audit.farthest >= 0) return;
    audit.largest_error = error;
    audit.farthest = u;
}

/// Entries that a row may have to be audited by chance.
inline constexpr Offset most_audited_entries = 10000;

[[nodiscard]] inline bool is_auditable(const Interactions& interactions, Row u)
{
    return interactions.entries(u) > 0 && interactions.entries(u) <= most_audited_entries;
}

/// The auditable rows of all ranks, counted through.
struct AuditableRows {
    Row before = 0;  // those of the ranks before this one
    Row all = 0;
};

[[nodiscard]] inline Row count_auditable(const Interactions& interactions)
{
    Row count = 0;
    for (Row u = 0; u < interactions.rows(); ++u) count += is_auditable(interactions, u);
    return count;
}

/// The shortest of rows too long to be auditable, where others are not there; at most one.
[[nodiscard]] inline std::vector<Row> shortest_row(const Interactions& interactions)
{
    Row shortest = -1;
    for (Row u = 0; u < interactions.rows(); ++u)
        if (interactions.entries(u) > 0 && (shortest < 0 || interactions.entries(u) < interactions.entries(shortest)))
            shortest = u;
    return shortest < 0 ? std::vector<Row>() : std::vector<Row>{shortest};
}

/// Some auditable rows, evenly spaced among those of all ranks, so that any number of ranks looks at the same ones: few
/// where factors are many, so that solving them takes a second at most. Rows that are assembled in parts, of more than
/// `part` entries, are few and not met by chance: of them the shortest, as far as another second or two (2³¹
/// multiply-adds) reach.
[[nodiscard]] inline std::vector<Row> rows_to_audit(const Interactions& interactions, Row width, Offset part,
                                                    AuditableRows auditable)
{
    if (auditable.all == 0) return shortest_row(interactions);
    const Row samples = std::clamp<Row>((Row{1} << 22) / (width * width), 2, 64);
    const Row step = std::max<Row>(1, auditable.all / samples);
    std::vector<Row> rows;
    Row place = auditable.before;
    for (Row u = 0; u < interactions.rows(); ++u) {
        if (!is_auditable(interactions, u)) continue;
        if (place % step == 0) rows.push_back(u);
        ++place;
    }

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

/// Entries of the longest row that is not assembled in parts.
template <Backend B>
Offset longest_in_one(const B& backend)
{
    if constexpr (SplitsRows<B>)
        return backend.part_entries();
    else
        return entries_per_part;
}

/// Checks rows of the half-step that `solver` has just made. Collective.
template <Backend B>
Audit audit(const Communicator& ranks, const B& backend, const Solver<B>& solver, const FactorSide<B>& solved,
            const FactorSide<B>& fixed)
{
    const auto& interactions = backend.interactions(solved.interactions);
    const auto width = static_cast<Row>(solver.row_objective().base.size());
    const Row mine_count = count_auditable(interactions);
    const AuditableRows auditable{ranks.sum_before(mine_count), ranks.sum(mine_count)};
    const auto rows = rows_to_audit(interactions, width, longest_in_one(backend), auditable);
    std::vector<float> X;
    backend.read_on_host(solved.factors, [&](std::span<const float> all) {
        for (const Row u : rows) {
            const auto x = all.subspan(u * width, width);
            X.insert(X.end(), x.begin(), x.end());
        }
    });
    Audit mine;
    backend.read_on_host(Solver<B>::table_of(fixed), [&](std::span<const float> Y) {
        mine = audit_rows(interactions, rows, {Y, static_cast<Row>(Y.size()) / width, width},
                          {X, std::ssize(rows), width}, solver.row_objective());
    });
    const Row first = solved.partition.of(ranks.rank()).first;
    const auto of_all = [&](Row row, bool counts) { return ranks.max(counts && row >= 0 ? first + row : Row{-1}); };
    const double largest = ranks.max(mine.largest_error);
    return {ranks.sum(mine.rows), largest, of_all(mine.farthest, mine.largest_error == largest),
            of_all(mine.unsolved, true)};
}

}  // namespace alster
