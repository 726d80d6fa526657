#pragma once
#include <string>

#include "distributed/communicator.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Scorers, and by what they score, to be said when all is done: a failure is one line.
struct Scorers {
    MakeScorer make;
    std::string chosen;  // "cpu backend (asked for)"
};

/// Scorers on the backend that `asked` names: auto, cuda or cpu, as choose_backend takes it, but for a few lists auto
/// is cpu. The scores of two backends may differ in their last bits. Collective.
[[nodiscard]] Scorers choose_scorers(const Communicator& ranks, const std::string& asked, bool few = false);

/// Scorers on each rank's GPU, in fp32. Throws internal (70) in a build without CUDA. Collective.
[[nodiscard]] MakeScorer gpu_scorers(const Communicator& ranks);

}  // namespace alster
