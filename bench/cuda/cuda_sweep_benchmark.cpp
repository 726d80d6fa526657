// Sweeps of the CUDA backend on a random set of a given shape, MovieLens 20M's unless another is named.
#include "bench/cuda/require_gpu.hpp"
#include "bench/sweeps.hpp"
#include "kernels/cuda/cuda_backend.hpp"

int main(int argc, char** argv)
{
    using namespace alster;
    const auto options = SweepOptions::parse(argc, argv);
    if (const int code = require_gpu("cuda_sweep_benchmark")) return code;
    MpiSession session(argc, argv);
    return session.run([&] {
        const SweepData data(options);
        for (const Row factors : options.factors)
            for (const auto precision : {Precision::fp32, Precision::tf32x3, Precision::bf16})
                if (std::ranges::count(options.precisions, name(precision)) > 0)
                    measure_sweeps(CudaBackend(options.device, {precision}), name(precision), options, data, factors);
        return 0;
    });
}
