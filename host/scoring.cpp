#include "host/scoring.hpp"

#include "host/backend_choice.hpp"
#include "kernels/cpu/top_k.hpp"

namespace alster {

MakeScorer choose_scorers(const Communicator& ranks, const std::string& asked)
{
    return choose_backend(ranks, asked).kind == BackendKind::cuda ? gpu_scorers(ranks) : cpu_scorer;
}

}  // namespace alster
