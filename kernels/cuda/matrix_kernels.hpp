#pragma once
#include <cuda_runtime.h>

#include <cstdint>

#include "data/interactions.hpp"
#include "kernels/cuda/device.hpp"

namespace alster {

/// Kernels over whole matrices, (rows, width) row-major; each call only puts work into the stream.

/// How an ExactSum splits its terms: the quantum, its inverse, and the scale of the low parts.
struct ExactSumScale {
    double quantum;
    double inverse;
    double low_scale;
};

/// limbs (2 · triangle_size(width), as of ExactSum) += the Gramian's terms, one for each chunk of rows.
void launch_gramian(const float* Y, Row rows, Row width, const ExactSumScale& scale, unsigned long long* limbs,
                    cudaStream_t stream);

/// *result = max(*result, bits of the largest |value|)
void launch_largest(const float* values, std::int64_t count, unsigned* result, cudaStream_t stream);

/// Y ← Y Q, Q (width, width) row-major.
void launch_rotate(float* Y, Row rows, Row width, const double* Q, Device& device);

/// The table in bf16.
void launch_round(const float* values, std::int64_t count, std::uint16_t* rounded, cudaStream_t stream);

/// to (count, width): the rows of `from` that `rows` names.
void launch_gather(const float* from, Row width, const Column* rows, Row count, float* to, cudaStream_t stream);

/// 0 for the rows named.
void launch_clear(float* X, Row width, const Row* rows, Row count, cudaStream_t stream);

}  // namespace alster
