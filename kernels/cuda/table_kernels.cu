// Passes over tables.
//
//   computes  a table rounded to bf16, a copy of the rows that are named, zeros for the rows that are named
//
//   layout    tables (rows, w) row-major in fp32; rounded (rows, w) in bf16; copied rows one after the other
//
//   mapping   rounding: a grid stride over the elements; else a block a row; neighbouring threads neighbouring elements
//
//   cost      of memory each element once: 4 bytes read and 2, 4 or (zeros: none read) 4 written
#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/mma.cuh"

namespace alster {

namespace {

constexpr int table_threads = 256;

__global__ void __launch_bounds__(table_threads)
    round_kernel(const float* values, std::int64_t count, std::uint16_t* rounded)
{
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t k = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; k < count; k += step)
        rounded[k] = static_cast<std::uint16_t>(bf16_bits(values[k]));
}

/// to[k] = from[rows[k]], one block a row.
__global__ void __launch_bounds__(table_threads)
    gather_kernel(const float* from, int width, const Column* rows, float* to)
{
    for (int a = static_cast<int>(threadIdx.x); a < width; a += table_threads)
        to[static_cast<std::int64_t>(blockIdx.x) * width + a] =
            from[static_cast<std::int64_t>(rows[blockIdx.x]) * width + a];
}

/// X of the rows named = 0, one block a row.
__global__ void __launch_bounds__(table_threads) clear_kernel(float* X, int width, const Row* rows)
{
    for (int a = static_cast<int>(threadIdx.x); a < width; a += table_threads) X[rows[blockIdx.x] * width + a] = 0;
}

}  // namespace

void launch_round(const float* values, std::int64_t count, std::uint16_t* rounded, cudaStream_t stream)
{
    if (count == 0) return;
    const std::int64_t blocks = (count + table_threads - 1) / table_threads;
    launch(round_kernel, dim3(static_cast<unsigned>(blocks < 4096 ? blocks : 4096)), dim3(table_threads), 0, stream,
           values, count, rounded);
    check(cudaGetLastError());
}

void launch_gather(const float* from, Row width, const Column* rows, Row count, float* to, cudaStream_t stream)
{
    if (count == 0) return;
    launch(gather_kernel, dim3(static_cast<unsigned>(count)), dim3(table_threads), 0, stream, from,
           static_cast<int>(width), rows, to);
    check(cudaGetLastError());
}

void launch_clear(float* X, Row width, const Row* rows, Row count, cudaStream_t stream)
{
    if (count == 0) return;
    launch(clear_kernel, dim3(static_cast<unsigned>(count)), dim3(table_threads), 0, stream, X, static_cast<int>(width),
           rows);
    check(cudaGetLastError());
}

}  // namespace alster
