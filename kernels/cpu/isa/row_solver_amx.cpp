// For CPUs with a matrix unit for bf16; otherwise as row_solver.cpp.
#include "kernels/cpu/isa/matrix_unit/amx_unit.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_dual_row.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_panel.hpp"
#include "kernels/cpu/isa/rows/row_forms.hpp"

namespace alster::ALSTER_ISA {

RowSolver row_solver(Precision) { return RowForms<UnitPanel<AmxUnit>, UnitDualRow<AmxUnit>>::solver(); }

}  // namespace alster::ALSTER_ISA
