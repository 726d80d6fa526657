#include "host/backend_choice.hpp"

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

std::string cpu_reason(const Communicator& ranks) { return name(common_instruction_set(ranks)); }

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
    if (asked == "cpu") return {BackendKind::cpu, cpu_reason(ranks)};
    const std::string missing = missing_gpu(ranks);
    if (missing.empty()) return {BackendKind::cuda, "every rank has a GPU"};
    if (asked == "cuda")
        throw Error(ExitCode::unavailable, "--backend cuda: {}; take --backend cpu, or a node with a GPU", missing);
    return {BackendKind::cpu, fmt::format("{}; no GPU: {}", cpu_reason(ranks), missing)};
}

InstructionSet common_instruction_set(const Communicator& ranks)
{
    const auto mine = static_cast<std::int64_t>(best_instruction_set());
    return static_cast<InstructionSet>(-ranks.max(-mine));
}

}  // namespace alster
