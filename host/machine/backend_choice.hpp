#pragma once
#include <string>

#include "distributed/communicator.hpp"
#include "kernels/cpu/isa/row_solver.hpp"

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

/// The precision for `asked` (auto, fp32, tf32x3 or bf16): auto takes fp32 on a CPU, tf32x3 on a GPU. Errors: usage
/// (64) where the backend has no such precision.
[[nodiscard]] Precision choose_precision(BackendKind kind, const std::string& asked);

/// Whether a run on this backend can be given this precision by its name.
[[nodiscard]] bool has_precision(BackendKind kind, const std::string& precision);

/// The widest instruction set for it that every rank's CPU has: ranks that used different ones would not get the same
/// bits as one rank alone. Collective.
[[nodiscard]] InstructionSet common_instruction_set(const Communicator& ranks, Precision precision);

}  // namespace alster
