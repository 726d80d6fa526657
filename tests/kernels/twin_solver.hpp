#pragma once
#include "kernels/cpu/row_solver.hpp"

namespace alster::twin {

/// The solver for CPUs with a matrix unit (bf16), with the unit's twin in its place: for any CPU.
[[nodiscard]] RowSolver row_solver();

}  // namespace alster::twin
