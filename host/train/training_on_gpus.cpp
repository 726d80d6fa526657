#include "host/train/training_on_gpus.hpp"

#include <fmt/format.h>

#include "distributed/device_memory_support.hpp"
#include "host/machine/gpu_share.hpp"
#include "host/solve/exchange_check.hpp"
#include "host/train/train_with.hpp"
#include "kernels/cpu/top_k.hpp"
#include "kernels/cuda/cuda_backend.hpp"

namespace alster {

namespace {

/// Whether MPI may be given device memory: where it says so and has shown it on all ranks.
bool mpi_reads_device(const Communicator& ranks, int device)
{
    if (ranks.size() == 1 || ranks.sum(std::int64_t{mpi_claims_device_memory()}) < ranks.size()) return false;
    const std::size_t limit = ExchangeTrial(ranks.size()).device_bytes();
    return exchange_works(ranks, CudaBackend(device, {.memory_limit = limit, .mpi_reads_device = true}));
}

}  // namespace

TrainResult train_on_gpus(Job& job)
{
    const GpuShare share = gpu_share(job.ranks);
    const auto limit = static_cast<std::size_t>(job.options.machine.gpu_memory * 1024 * 1024 * 1024);
    const bool may_be_direct = job.options.machine.gpu_exchange == "auto" && !job.options.solve.exchange.touches_rows();
    const bool direct = may_be_direct && mpi_reads_device(job.ranks, share.device);
    job.ranks.barrier();  // what was tried is freed
    const CudaBackend backend(share.device, {job.precision, limit, share.ranks, direct});
    job.ranks.barrier();                             // nobody allocates before all have seen what is free
    job.make_scorer = [&](FactorTable candidates) {  // a GPU too small for the factors has no room for candidates
        return backend.factors_on_host() ? cpu_scorer(candidates) : backend.scorer(candidates);
    };
    job.log.line(fmt::format("{}: {:.1f} GiB for each of {} ranks on it, {}, {}", backend.device().name,
                             static_cast<double>(backend.device().memory.available()) / (1 << 30), share.ranks,
                             name(job.precision),
                             direct ? "MPI reads device memory" : "MPI reads page-locked host memory"));
    return train_with(job, backend);
}

}  // namespace alster
