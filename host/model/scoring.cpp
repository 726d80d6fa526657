#include "host/model/scoring.hpp"

#include <fmt/format.h>

#include "host/machine/backend_choice.hpp"
#include "kernels/cpu/top_k.hpp"

namespace alster {

Scorers choose_scorers(const Communicator& ranks, const std::string& asked, bool few)
{
    const BackendChoice choice = few && asked == "auto"
                                     ? BackendChoice{BackendKind::cpu, "a few lists are made before a GPU has started"}
                                     : choose_backend(ranks, asked);
    return {choice.kind == BackendKind::cuda ? gpu_scorers(ranks) : cpu_scorer,
            fmt::format("{} backend ({})", name(choice.kind), choice.reason)};
}

}  // namespace alster
