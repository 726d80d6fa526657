#include "tests/kernels/twin_solver.hpp"

#include "kernels/cpu/isa/matrix_unit/unit_basis.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_dual_row.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_panel.hpp"
#include "kernels/cpu/isa/rows/row_forms.hpp"
#include "tests/kernels/twin_unit.hpp"

namespace alster::ALSTER_ISA {

RowSolver row_solver() { return RowForms<UnitPanel<test::TwinUnit>, UnitDualRow<test::TwinUnit>>::solver(); }

BasisKernel basis_kernel() { return UnitBasis<test::TwinUnit>::kernel(); }

}  // namespace alster::ALSTER_ISA
