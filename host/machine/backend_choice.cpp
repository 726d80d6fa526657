#include "host/machine/backend_choice.hpp"

#include "data/error.hpp"
#include "kernels/backends.hpp"

namespace alster {

namespace {

/// Why some rank has no GPU, in the words of the first such rank; empty where all have one.
std::string missing_gpu(const Communicator& ranks)
{
    std::string why;
    if (!gpus(why).empty()) why.clear();
    const auto all = ranks.all_gather(why);
    for (std::size_t rank = 0; rank < all.size(); ++rank)
        if (!all[rank].empty()) return ranks.size() > 1 ? fmt::format("rank {}: {}", rank, all[rank]) : all[rank];
    return "";
}

}  // namespace

const char* name(BackendKind kind)
{
    switch (kind) {
        case BackendKind::cuda:
            return "cuda";
        case BackendKind::reference:
            return "reference";
        default:
            return "cpu";
    }
}

BackendChoice choose_backend(const Communicator& ranks, const std::string& asked)
{
    if (asked == "reference") return {BackendKind::reference, "asked for"};
    if (asked == "cpu") return {BackendKind::cpu, "asked for"};
    const std::string missing = missing_gpu(ranks);
    if (missing.empty()) return {BackendKind::cuda, "every rank has a GPU"};
    if (asked == "cuda")
        throw Error(ExitCode::unavailable, "--backend cuda: {}; take --backend cpu, or a node with a GPU", missing);
    return {BackendKind::cpu, fmt::format("no GPU: {}", missing)};
}

bool has_precision(BackendKind kind, const std::string& precision)
{
    if (kind == BackendKind::reference) return false;
    return precision == "fp32" || precision == "bf16" || (precision == "tf32x3" && kind == BackendKind::cuda);
}

Precision choose_precision(BackendKind kind, const std::string& asked)
{
    const bool on_gpu = kind == BackendKind::cuda;
    if (asked == "auto") return on_gpu ? Precision::tf32x3 : Precision::fp32;
    if (kind == BackendKind::reference)
        throw Error(ExitCode::usage, "--precision {}: the reference backend computes in fp64; leave it out", asked);
    if (asked == "fp32") return Precision::fp32;
    if (asked == "bf16") return Precision::bf16;
    if (on_gpu) return Precision::tf32x3;
    throw Error(ExitCode::usage, "--precision {}: the cpu backend has fp32 and bf16", asked);
}

InstructionSet common_instruction_set(const Communicator& ranks, Precision precision)
{
    const auto mine = static_cast<std::int64_t>(best_instruction_set(precision));
    return static_cast<InstructionSet>(-ranks.max(-mine));
}

}  // namespace alster
