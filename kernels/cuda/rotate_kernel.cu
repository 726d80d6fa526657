// Y ← Y Q.
//
//   computes  every row times Q in fp64, rounded once
//
//   layout    Y (rows, w) row-major in place, Q (w, w) row-major in fp64
//
//   mapping   a block eight rows (of more than 1024 factors: four), which it has in shared memory in fp64; a thread one
//             column of Q after another
//
//   cost      2·rows·w² flop in fp64; Q from the second-level cache once for the rows of a block
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/matrix_kernels.hpp"

namespace alster {

namespace {

constexpr int rotate_threads = 128;

/// Sums by ascending factor.
template <int Rows>
__global__ void __launch_bounds__(rotate_threads) rotate_kernel(float* Y, Row rows, int width, const double* Q)
{
    DYNAMIC_SHARED(double, before);  // (Rows, width)
    const Row first = static_cast<Row>(blockIdx.x) * Rows;
    const int count = static_cast<int>(rows - first < Rows ? rows - first : Rows);
    for (int e = static_cast<int>(threadIdx.x); e < Rows * width; e += rotate_threads)
        before[e] = e < count * width ? Y[first * width + e] : 0.0;
    __syncthreads();
    for (int column = static_cast<int>(threadIdx.x); column < width; column += rotate_threads) {
        double after[Rows] = {};
        for (int a = 0; a < width; ++a) {
            const double q = Q[static_cast<std::int64_t>(a) * width + column];
#pragma unroll
            for (int r = 0; r < Rows; ++r) after[r] = fma(before[r * width + a], q, after[r]);
        }
#pragma unroll
        for (int r = 0; r < Rows; ++r)
            if (r < count) Y[(first + r) * width + column] = static_cast<float>(after[r]);
    }
}

template <int Rows>
void launch_rotate_rows(float* Y, Row rows, Row width, const double* Q, Device& device)
{
    auto* kernel = rotate_kernel<Rows>;
    const std::size_t bytes = static_cast<std::size_t>(Rows * width) * sizeof(double);
    device.limits.allow_shared(kernel, 0);
    const auto blocks = static_cast<unsigned>((rows + Rows - 1) / Rows);
    launch(kernel, dim3(blocks), dim3(rotate_threads), bytes, device.stream.get(), Y, rows, static_cast<int>(width), Q);
    check(cudaGetLastError());
}

}  // namespace

void launch_rotate(float* Y, Row rows, Row width, const double* Q, Device& device)
{
    if (rows == 0) return;
    if (width <= 1024)  // 64 KiB of shared memory at most: every device has 99
        launch_rotate_rows<8>(Y, rows, width, Q, device);
    else
        launch_rotate_rows<4>(Y, rows, width, Q, device);
}

}  // namespace alster
