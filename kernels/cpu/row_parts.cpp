#include "kernels/cpu/row_parts.hpp"

#include <algorithm>

#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/row_tasks.hpp"
#include "kernels/normal_equations.hpp"

namespace alster {

namespace {

/// Runs f(part, its entries, a workspace) on each part.
template <class F>
void each_part(const RowSolver& solver, const RowContext& context, const Interactions& interactions,
               std::span<const PartOfRow> parts, F&& f)
{
#pragma omp parallel
    {
        const AlignedFloats workspace = make_aligned_floats(solver.workspace(context.width, 0));
#pragma omp for schedule(dynamic)
        for (std::size_t p = 0; p < parts.size(); ++p)
            f(p, entries_of(interactions, parts[p].row, parts[p].first, parts[p].count), workspace.get());
    }
}

}  // namespace

std::vector<PartOfRow> cut_rows(const Interactions& interactions, std::span<const Row> rows, Offset entries)
{
    std::vector<PartOfRow> parts;
    for (const Row row : rows) {
        const Offset n = interactions.entries(row);
        for (Offset first = 0; first < n; first += entries)
            parts.push_back({row, first, std::min(entries, n - first), row});
    }
    return parts;
}

std::vector<float> assemble_parts(const RowSolver& solver, const RowContext& context, const Interactions& interactions,
                                  std::span<const PartOfRow> parts)
{
    const std::size_t size = equations_size(context.width);
    std::vector<float> equations(parts.size() * size);
    each_part(solver, context, interactions, parts, [&](std::size_t p, const RowToSolve& entries, float* workspace) {
        solver.assemble(context, entries, workspace, equations.data() + p * size);
    });
    return equations;
}

std::vector<double> part_residuals(const RowSolver& solver, const RowContext& context, const Interactions& interactions,
                                   std::span<const PartOfRow> parts, const HostMatrix& X)
{
    std::vector<double> residuals(parts.size());
    each_part(solver, context, interactions, parts, [&](std::size_t p, const RowToSolve& entries, float* workspace) {
        residuals[p] = solver.residual(context, entries, workspace, X.row(parts[p].x_row));
    });
    return residuals;
}

}  // namespace alster
