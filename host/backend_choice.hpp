#pragma once
#include "distributed/communicator.hpp"
#include "kernels/cpu/row_solver.hpp"

namespace alster {

/// The widest instruction set that every rank's CPU has: ranks that used different ones would not get the same bits as
/// one rank alone. Collective.
[[nodiscard]] InstructionSet common_instruction_set(const Communicator& ranks);

}  // namespace alster
