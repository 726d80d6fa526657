#include "kernels/cpu/row_solver.hpp"

namespace alster {

InstructionSet best_instruction_set() { return InstructionSet::generic; }

RowSolver row_solver(InstructionSet) { return generic::row_solver(); }

}  // namespace alster
