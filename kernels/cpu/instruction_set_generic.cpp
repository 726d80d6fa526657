#include "kernels/cpu/row_solver.hpp"

namespace alster {

InstructionSet best_instruction_set(Precision) { return InstructionSet::generic; }

RowSolver row_solver(InstructionSet, Precision precision) { return generic::row_solver(precision); }

}  // namespace alster
