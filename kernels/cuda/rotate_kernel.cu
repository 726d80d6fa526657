// Y ← Y Q.
//
//   computes  every row times Q in fp64, rounded once
//   layout    Y (rows, w) row-major in place, Q (w, w) row-major in fp64
//   mapping   a block eight rows, which it has in shared memory; a thread one column of Q after another
//   cost      2·rows·w² flop in fp64; Q from the second-level cache once for eight rows
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/matrix_kernels.hpp"

namespace alster {

namespace {

constexpr int rotated_rows = 8;  // rows of Y that a block has in shared memory
constexpr int rotate_threads = 128;

/// Sums by ascending factor.
__global__ void __launch_bounds__(rotate_threads) rotate_kernel(float* Y, Row rows, int width, const double* Q)
{
    DYNAMIC_SHARED(float, before);  // (rotated_rows, width)
    const Row first = static_cast<Row>(blockIdx.x) * rotated_rows;
    const int count = static_cast<int>(rows - first < rotated_rows ? rows - first : rotated_rows);
    for (int e = static_cast<int>(threadIdx.x); e < rotated_rows * width; e += rotate_threads)
        before[e] = e < count * width ? Y[first * width + e] : 0.0F;
    __syncthreads();
    for (int column = static_cast<int>(threadIdx.x); column < width; column += rotate_threads) {
        double after[rotated_rows] = {};
        for (int a = 0; a < width; ++a) {
            const double q = Q[static_cast<std::int64_t>(a) * width + column];
#pragma unroll
            for (int r = 0; r < rotated_rows; ++r)
                after[r] = fma(static_cast<double>(before[r * width + a]), q, after[r]);
        }
#pragma unroll
        for (int r = 0; r < rotated_rows; ++r)
            if (r < count) Y[(first + r) * width + column] = static_cast<float>(after[r]);
    }
}

}  // namespace

void launch_rotate(float* Y, Row rows, Row width, const double* Q, cudaStream_t stream)
{
    if (rows == 0) return;
    const std::size_t bytes = static_cast<std::size_t>(rotated_rows * width) * sizeof(float);
    check(cudaFuncSetAttribute(rotate_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
    const auto blocks = static_cast<unsigned>((rows + rotated_rows - 1) / rotated_rows);
    launch(rotate_kernel, dim3(blocks), dim3(rotate_threads), bytes, stream, Y, rows, static_cast<int>(width), Q);
    check(cudaGetLastError());
}

}  // namespace alster
