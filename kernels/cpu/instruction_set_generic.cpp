#include "kernels/cpu/isa/basis_kernel.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/cpu/isa/score_tile.hpp"

namespace alster {

InstructionSet best_instruction_set(Precision) { return InstructionSet::generic; }

RowSolver row_solver(InstructionSet, Precision precision) { return generic::row_solver(precision); }

ScoreKernel score_kernel(InstructionSet) { return generic::score_kernel(); }

BasisKernel basis_kernel(InstructionSet, Precision precision) { return generic::basis_kernel(precision); }

}  // namespace alster
