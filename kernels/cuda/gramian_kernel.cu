// Sums over whole tables.
//
//   computes  G += Σ y yᵀ, a term for each chunk of rows (ExactSum), and max |element|
//
//   layout    Y (rows, w) row-major; G's lower triangle packed, as the two integers of each sum
//
//   mapping   a block a 32×32 square of G and every 256th chunk, a thread four elements of it; for the maximum a grid
//             stride
//
//   cost      rows·w² flop in fp64, of which a chunk's 64 rows are read w/32 times from the second-level cache; a pair
//             of 64-bit atomics for each element and block
#include "kernels/backend_sizes.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/matrix_kernels.hpp"

namespace alster {

namespace {

constexpr int square = 32;  // a block sums a square of the Gramian, a thread a column of `held` elements of it
constexpr int held = 4;
constexpr int gramian_threads = square * square / held;
constexpr int chunk_rows = static_cast<int>(rows_per_chunk);

using Limb = unsigned long long;  // two's complement: atomicAdd knows no signed 64-bit integers

/// A term of an ExactSum as integers (data/exact_sum.cpp does the same).
struct Split {
    Limb high;
    Limb low;
};
__device__ Split split_term(double term, double quantum, double inverse, double low_scale)
{
    const double high = rint(term * inverse);
    const double rest = fma(-high, quantum, term);  // exact
    return {static_cast<Limb>(static_cast<long long>(high)),
            static_cast<Limb>(static_cast<long long>(rint(rest * low_scale)))};
}

/// One square of the lower triangle, over the chunks blockIdx.y, blockIdx.y + gridDim.y, …: each chunk's term in fp64
/// by ascending row, then integers, which may be added in any order. 2 · rows · w²/2 flop in fp64.
__global__ void __launch_bounds__(gramian_threads)
    gramian_kernel(const float* Y, Row rows, int width, double quantum, double inverse, double low_scale, Limb* limbs)
{
    SHARED(double, left, [chunk_rows][square]);  // fp64 already: an element is converted once, not once a product
    SHARED(double, right, [chunk_rows][square]);
    int i = 0;
    int p = static_cast<int>(blockIdx.x);
    while (p > i) p -= ++i;
    const int column = static_cast<int>(threadIdx.x) % square;
    const int first_row = static_cast<int>(threadIdx.x) / square * held;
    Split sums[held] = {};
    for (Row first = static_cast<Row>(blockIdx.y) * chunk_rows; first < rows;
         first += static_cast<Row>(gridDim.y) * chunk_rows) {
        for (int e = static_cast<int>(threadIdx.x); e < chunk_rows * square; e += gramian_threads) {
            const Row row = first + e / square;
            const int a = i * square + e % square;
            const int b = p * square + e % square;
            left[e / square][e % square] = row < rows && a < width ? Y[row * width + a] : 0.0;
            right[e / square][e % square] = row < rows && b < width ? Y[row * width + b] : 0.0;
        }
        __syncthreads();
        double term[held] = {};
        for (int k = 0; k < chunk_rows; ++k) {
            const double b = right[k][column];
#pragma unroll
            for (int h = 0; h < held; ++h) term[h] = fma(left[k][first_row + h], b, term[h]);
        }
#pragma unroll
        for (int h = 0; h < held; ++h) {
            const Split split = split_term(term[h], quantum, inverse, low_scale);
            sums[h].high += split.high;
            sums[h].low += split.low;
        }
        __syncthreads();
    }
    const std::size_t size = triangle_size(width);
#pragma unroll
    for (int h = 0; h < held; ++h) {
        const int a = i * square + first_row + h;
        const int b = p * square + column;
        if (a >= width || b > a) continue;
        atomicAdd(&limbs[triangle_index(a, b)], sums[h].high);
        atomicAdd(&limbs[size + triangle_index(a, b)], sums[h].low);
    }
}

constexpr int largest_threads = 256;

/// max |element| as the bits of a float, which order like unsigned integers.
__global__ void __launch_bounds__(largest_threads)
    largest_kernel(const float* values, std::int64_t count, unsigned* result)
{
    unsigned largest = 0;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t k = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; k < count; k += step) {
        const unsigned bits = __float_as_uint(values[k]) & 0x7fffffffU;
        largest = bits > largest ? bits : largest;
    }
    for (int distance = 16; distance > 0; distance /= 2) {
        const unsigned there = __shfl_xor_sync(~0U, largest, distance);
        largest = there > largest ? there : largest;
    }
    if (threadIdx.x % 32 == 0) atomicMax(result, largest);
}

}  // namespace

void launch_gramian(const float* Y, Row rows, Row width, const ExactSumScale& scale, unsigned long long* limbs,
                    cudaStream_t stream)
{
    const auto squares = static_cast<unsigned>((width + square - 1) / square);
    const auto chunks = static_cast<unsigned>((rows + rows_per_chunk - 1) / rows_per_chunk);
    const dim3 grid(squares * (squares + 1) / 2, chunks < 256 ? chunks : 256);
    launch(gramian_kernel, grid, dim3(gramian_threads), 0, stream, Y, rows, static_cast<int>(width), scale.quantum,
           scale.inverse, scale.low_scale, limbs);
    check(cudaGetLastError());
}

void launch_largest(const float* values, std::int64_t count, unsigned* result, cudaStream_t stream)
{
    const std::int64_t blocks = (count + largest_threads - 1) / largest_threads;
    launch(largest_kernel, dim3(static_cast<unsigned>(blocks < 1024 ? blocks : 1024)), dim3(largest_threads), 0, stream,
           values, count, result);
    check(cudaGetLastError());
}

}  // namespace alster
