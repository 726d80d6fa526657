#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/row_parts.hpp"

namespace alster {

namespace {

/// Rows of a shard of parts, whole.
std::vector<PartOfRow> whole_rows(const Interactions& interactions, RowRange range)
{
    std::vector<PartOfRow> parts;
    for (Row row = range.first; row < range.last; ++row)
        parts.push_back({row, 0, interactions.entries(row), row - range.first});
    return parts;
}

}  // namespace

std::vector<float> CpuBackend::assemble(const Shard& parts, RowRange range, const Matrix& Y, bool biased) const
{
    const auto* const table_in_bf16 = rounded(Y);
    const RowContext context{Y.values.data(), Y.width, nullptr, biased, table_in_bf16};
    return assemble_parts(row_solver_, context, parts.interactions, whole_rows(parts.interactions, range));
}

std::vector<double> CpuBackend::residuals(const Shard& parts, RowRange range, const Matrix& Y, bool biased,
                                          const Matrix& X) const
{
    const auto* const table_in_bf16 = rounded(Y);
    const RowContext context{Y.values.data(), Y.width, nullptr, biased, table_in_bf16};
    return part_residuals(row_solver_, context, parts.interactions, whole_rows(parts.interactions, range), X);
}

}  // namespace alster
