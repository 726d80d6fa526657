#pragma once
#include "kernels/cpu/isa/basis_kernel.hpp"
#include "kernels/cpu/isa/row_solver.hpp"

namespace alster::twin {

/// What is for CPUs with a matrix unit (bf16), with the unit's twin in its place: for any CPU.
[[nodiscard]] RowSolver row_solver();
[[nodiscard]] BasisKernel basis_kernel();

}  // namespace alster::twin
