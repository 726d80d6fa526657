#pragma once
#include <span>
#include <vector>

#include "kernels/backend.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Some entries of a row, counted from its first; x_row is where its factors are found.
struct PartOfRow {
    Row row;
    Offset first;
    Offset count;
    Row x_row;
};

/// The rows cut into parts of `entries`, in the order of rows and entries.
[[nodiscard]] std::vector<PartOfRow> cut_rows(const Interactions& interactions, std::span<const Row> rows,
                                              Offset entries);

/// (parts, equations_size(w)): the normal equations of each part. All threads share the work of both functions.
[[nodiscard]] std::vector<float> assemble_parts(const RowSolver& solver, const RowContext& context,
                                                const Interactions& interactions, std::span<const PartOfRow> parts);

/// (parts): Σ c (p − x·y)² of each part, x being row x_row of X.
[[nodiscard]] std::vector<double> part_residuals(const RowSolver& solver, const RowContext& context,
                                                 const Interactions& interactions, std::span<const PartOfRow> parts,
                                                 const HostMatrix& X);

}  // namespace alster
