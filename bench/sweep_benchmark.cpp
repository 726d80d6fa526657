// Sweeps of the CPU backend on a random set of a given shape, MovieLens 20M's unless another is named.
#include "bench/sweeps.hpp"
#include "kernels/cpu/cpu_backend.hpp"

int main(int argc, char** argv)
{
    using namespace alster;
    const auto options = SweepOptions::parse(argc, argv);
    MpiSession session(argc, argv);
    return session.run([&] {
        const SweepData data(options);
        for (const Row factors : options.factors)
            measure_sweeps(CpuBackend(), name(best_instruction_set()), options, data, factors);
        return 0;
    });
}
