#pragma once
#include "host/sharding/device_memory.hpp"
#include "kernels/backend.hpp"

namespace alster {

// clang-format off: a concept is read as a table
/// A backend with a device, which may be too small for a rank's factors; then they lie in host memory (CudaBackend).
template <class B>
concept PlacesFactors = Backend<B> && requires(const B backend, std::size_t largest)
{
    backend.keep_factors_on_host(largest);
    {
        backend.factors_on_host()
        } -> std::same_as<bool>;
};
// clang-format on

/// Where the matrices of this load will lie: on the device where they fit beside twice the least that the sweeps work
/// in, since the side that is loaded first takes more than its least.
template <PlacesFactors B>
void place_factors(const B& backend, const RankLoad& load, const MemorySettings& settings)
{
    backend.keep_factors_on_host(0);  // so that all that is free is seen
    const PlannedDevice device{backend.precision(), backend.device().multiprocessors};
    const auto available = static_cast<double>(backend.device().memory.available());
    const double beside = least_beside_factors(load, settings, device);
    const bool fit = streaming_device_memory(load, settings, device) + beside <= available;
    backend.keep_factors_on_host(fit ? 0 : static_cast<std::size_t>(largest_matrix(load) * settings.width));
}

/// What the rank takes of host memory, its factors lying where the backend keeps them.
template <Backend B>
MemoryPlan plan_host_memory(const B& backend, const RankLoad& load, const MemorySettings& settings)
{
    if constexpr (PlacesFactors<B>)
        return plan_memory_beside_gpu(load, settings, backend.factors_on_host());
    else
        return plan_memory(load, settings);
}

}  // namespace alster
