#pragma once
#include <algorithm>

#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/host_matrix.hpp"

namespace alster::test {

inline CudaBackend::Matrix on_device(const CudaBackend& backend, const HostMatrix& matrix)
{
    auto copy = backend.make_matrix(matrix.rows, matrix.width);
    backend.write_on_host(copy, [&](std::span<float> to) { std::ranges::copy(matrix.values, to.begin()); });
    return copy;
}

inline HostMatrix on_host(const CudaBackend& backend, const CudaBackend::Matrix& matrix)
{
    HostMatrix copy(matrix.rows, matrix.width);
    backend.read_on_host(matrix, [&](std::span<const float> from) { std::ranges::copy(from, copy.values.begin()); });
    return copy;
}

/// One half-step on the device, from and to host memory.
inline SolveReport solve_on_device(const CudaBackend& backend, const Interactions& interactions,
                                   const HostMatrix& fixed, const RowObjective& objective, HostMatrix& X)
{
    const auto shard = backend.load(interactions, X.width);
    const auto Y = on_device(backend, fixed);
    auto solved = on_device(backend, X);
    SolveReport report = backend.solve(shard, Y, objective, solved);
    X = on_host(backend, solved);
    return report;
}

}  // namespace alster::test
