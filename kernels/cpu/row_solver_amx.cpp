// For CPUs with a matrix unit for bf16; otherwise as row_solver.cpp.
#include "kernels/cpu/amx_unit.hpp"
#include "kernels/cpu/row_forms.hpp"
#include "kernels/cpu/unit_dual_row.hpp"
#include "kernels/cpu/unit_panel.hpp"

namespace alster::ALSTER_ISA {

RowSolver row_solver(Precision) { return RowForms<UnitPanel<AmxUnit>, UnitDualRow<AmxUnit>>::solver(); }

}  // namespace alster::ALSTER_ISA
