// For CPUs that multiply pairs of bf16; otherwise as row_solver.cpp.
#include "kernels/cpu/isa/rows/paired_panel.hpp"
#include "kernels/cpu/isa/rows/row_forms.hpp"

namespace alster::ALSTER_ISA {

RowSolver row_solver(Precision) { return RowForms<PairedPanel>::solver(); }

}  // namespace alster::ALSTER_ISA
