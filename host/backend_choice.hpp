#pragma once
#include <string>

#include "distributed/communicator.hpp"
#include "kernels/cpu/row_solver.hpp"

namespace alster {

enum class BackendKind { cpu, cuda, reference };

[[nodiscard]] const char* name(BackendKind kind);

struct BackendChoice {
    BackendKind kind;
    std::string reason;  // for the log
};

/// The backend for `asked` (auto, cuda, cpu or reference). auto takes cuda where it is built and every rank finds a
/// GPU. Errors: unavailable (69) where cuda was asked for and a rank has none. Collective.
[[nodiscard]] BackendChoice choose_backend(const Communicator& ranks, const std::string& asked);

/// The widest instruction set that every rank's CPU has: ranks that used different ones would not get the same bits as
/// one rank alone. Collective.
[[nodiscard]] InstructionSet common_instruction_set(const Communicator& ranks);

}  // namespace alster
