// For CPUs that multiply pairs of bf16; otherwise as row_solver.cpp.
#include "kernels/cpu/paired_panel.hpp"
#include "kernels/cpu/row_forms.hpp"

namespace alster::ALSTER_ISA {

RowSolver row_solver(Precision) { return RowForms<PairedPanel>::solver(); }

}  // namespace alster::ALSTER_ISA
