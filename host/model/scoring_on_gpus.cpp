#include "host/machine/gpu_share.hpp"
#include "host/model/scoring.hpp"
#include "kernels/cuda/cuda_backend.hpp"

namespace alster {

MakeScorer gpu_scorers(const Communicator& ranks)
{
    const GpuShare share = gpu_share(ranks);
    const CudaBackend backend(share.device, {.sharing = share.ranks});
    ranks.barrier();  // nobody allocates before all have seen what is free
    return [backend](FactorTable candidates) { return backend.scorer(candidates); };
}

}  // namespace alster
