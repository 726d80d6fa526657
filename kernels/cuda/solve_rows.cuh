#pragma once
// The row solver.
//
//   computes  x_u = argmin of the row's objective (kernels/backend.hpp) for the rows of a launch, all of one bin and
//             form
//
//   layout    table (rows, w) row-major in fp32 (bf16: rounded beside it); entries of a row consecutive; the system a
//             lower triangle of 32×32 tiles in the block's shared memory, in global memory for large systems
//
//   mapping   a block a row, taken by a ticket, the heaviest first; a warp its share of the tiles (row_shape.hpp)
//
//   cost      primal n w² + w³/3, dual n² w + n³/3 flop; the row's n·w elements read two or three times, w written
#include <algorithm>

#include "kernels/cuda/assemble.cuh"
#include "kernels/cuda/device.hpp"
#include "kernels/cuda/finish_row.cuh"

namespace alster {

/// The sum of a long row's chunks in their order, plus the diagonal. In fp64: a row may have thousands of chunks. Their
/// elements are asked for eight at a time, since one block reads them all.
template <class Diagonal>
__device__ void add_partials(const Partials& partials, Row k, int tiles, float* right, float* to, Diagonal diagonal)
{
    const auto first = partials.first_chunk[k];
    const auto last = partials.first_chunk[k + 1];
    const int order = tiles * tile;
    const auto floats = static_cast<std::int64_t>(triangle_floats(tiles));
    for (std::int64_t e = threadIdx.x; e < floats; e += blockDim.x) {
        double sum = 0;
#pragma unroll 8
        for (auto chunk = first; chunk < last; ++chunk) sum += partials.triangles[chunk * partials.slot + e];
        to[e] = static_cast<float>(sum);
    }
    for (int a = static_cast<int>(threadIdx.x); a < order; a += static_cast<int>(blockDim.x)) {
        double sum = 0;
        for (auto chunk = first; chunk < last; ++chunk) sum += partials.right[chunk * order + a];
        right[a] = static_cast<float>(sum);
    }
    __syncthreads();
    for (int a = static_cast<int>(threadIdx.x); a < order; a += static_cast<int>(blockDim.x))
        tile_at(to, a / tile, a / tile)[a % tile * (tile_stride + 1)] += diagonal(a);
    __syncthreads();
}

/// Assembles, factors and solves one row: the whole of what a block does with it.
template <Precision P, int Bin, bool Dual>
__device__ void solve_row(const RowLaunch& launch, Row k, const RowMemory& layout, float* memory)
{
    SHARED(int, failed, [1]);
    const RowProblem& problem = launch.problem;
    const RowTask task = task_of(problem, launch.rows[k]);
    const int tiles = tiles_of(Dual ? task.n : static_cast<Offset>(problem.width));
    float* right = memory + layout.panel;
    float* inverse = right + layout.order;
    float* x = inverse + layout.order;
    float* goals = x + layout.width;
    float* triangle = Bin == large_bin ? launch.workspace + blockIdx.x * launch.workspace_slot : memory;

    if (threadIdx.x == 0) failed[0] = 0;
    for (int a = static_cast<int>(threadIdx.x); a < tiles * tile; a += static_cast<int>(blockDim.x)) right[a] = 0;
    __syncthreads();
    const Entries all{0, task.n};
    if constexpr (Dual) {
        stage_right<P>(problem, task, right, tiles * tile);
        if constexpr (Bin == large_bin)
            assemble_large<P, true>(problem, task, all, tiles, memory, goals, right, triangle, DualDiagonal{});
        else
            assemble<P, Bin, true>(problem, task, all, tiles, memory, goals, right, triangle, DualDiagonal{});
    } else {
        const PrimalDiagonal diagonal{problem, task};
        if (launch.partials.triangles)
            add_partials(launch.partials, k, tiles, right, triangle, diagonal);
        else if constexpr (Bin == large_bin)
            assemble_large<P, false>(problem, task, all, tiles, memory, goals, right, triangle, diagonal);
        else
            assemble<P, Bin, false>(problem, task, all, tiles, memory, goals, right, triangle, diagonal);
    }

    const System system{triangle, right, inverse, failed, tiles};
    if constexpr (Bin == large_bin)
        solve_large_system(system, memory, layout.panel);
    else
        solve_system(system);

    if constexpr (Dual) dual_solution<P>(problem, task, right, x);
    const Entries read = launch.partials.triangles ? Entries{0, 0} : all;  // a long row's: chunk_residuals
    finish_row<P>(problem, task, read, Dual ? x : right, failed[0] != 0);
}

/// Persistent blocks: each takes the next row of the list until there is none. Which block solves a row may differ from
/// run to run, what it computes may not.
template <Precision P, int Bin, bool Dual>
__global__ void __launch_bounds__(Shape<Bin>::threads, least_blocks(Bin)) solve_rows(RowLaunch launch, RowMemory layout)
{
    DYNAMIC_SHARED(float, memory);
    SHARED(Ticket, next, [1]);
    for (;;) {
        if (threadIdx.x == 0) next[0] = atomicAdd(launch.ticket, Ticket{1});
        __syncthreads();
        const auto k = static_cast<Row>(next[0]);
        if (k >= launch.count) return;
        solve_row<P, Bin, Dual>(launch, k, layout, memory);
        __syncthreads();
    }
}

/// Assembles one chunk of a long row into global memory.
template <Precision P, int Bin>
__global__ void __launch_bounds__(Shape<Bin>::threads, least_blocks(Bin))
    assemble_chunks(ChunkLaunch launch, RowMemory layout)
{
    DYNAMIC_SHARED(float, memory);
    const Chunk chunk = launch.chunks[blockIdx.x];
    const RowTask task = task_of(launch.problem, chunk.row);
    const int tiles = tiles_of(launch.problem.width);
    float* right = memory + layout.panel;
    float* goals = right + layout.order;
    float* triangle = launch.triangles + blockIdx.x * launch.slot;
    for (int a = static_cast<int>(threadIdx.x); a < layout.order; a += static_cast<int>(blockDim.x)) right[a] = 0;
    __syncthreads();
    const Entries entries{chunk.first, chunk.last};
    const auto no_diagonal = [](int) { return 0.0F; };
    if constexpr (Bin == large_bin)
        assemble_large<P, false>(launch.problem, task, entries, tiles, memory, goals, right, triangle, no_diagonal);
    else
        assemble<P, Bin, false>(launch.problem, task, entries, tiles, memory, goals, right, triangle, no_diagonal);
    for (int a = static_cast<int>(threadIdx.x); a < layout.order; a += static_cast<int>(blockDim.x))
        launch.right[static_cast<std::int64_t>(blockIdx.x) * layout.order + a] = right[a];
}

inline constexpr int residual_threads = 256;

/// Σ c (p − x·y)² of one chunk of a long row whose x is known.
template <Precision P>
__global__ void __launch_bounds__(residual_threads) chunk_residuals(ChunkLaunch launch)
{
    DYNAMIC_SHARED(float, x);  // X may lie in host memory: it is read once
    const RowProblem& problem = launch.problem;
    const Chunk chunk = launch.chunks[blockIdx.x];
    for (Row a = threadIdx.x; a < problem.width; a += residual_threads) x[a] = problem.X[chunk.row * problem.width + a];
    __syncthreads();
    const Entries entries{chunk.first, chunk.last};
    const double residual = block_sum(warp_residual<P>(problem, task_of(problem, chunk.row), entries, x));
    if (threadIdx.x == 0) launch.residuals[blockIdx.x] = residual;
}

template <Precision P, int Bin, bool Dual>
void launch_bin(const RowLaunch& rows)
{
    const Row width = rows.problem.width;
    const RowMemory layout = row_memory<Bin>(order_of<Bin>(Dual, width), width, rows.shared_bytes);
    auto* kernel = solve_rows<P, Bin, Dual>;
    rows.limits->allow_shared(kernel, static_shared_bytes);
    int blocks = rows.limits->resident_blocks(kernel, Shape<Bin>::threads, layout.bytes()) * rows.multiprocessors;
    if constexpr (Bin == large_bin) blocks = std::min(blocks, rows.slots);
    blocks = static_cast<int>(std::min<Row>(blocks, rows.count));
    launch(kernel, dim3(static_cast<unsigned>(blocks)), dim3(Shape<Bin>::threads), layout.bytes(), rows.stream, rows,
           layout);
    check(cudaGetLastError());
}

template <Precision P, int Bin>
void launch_chunk_bin(const ChunkLaunch& chunks)
{
    const RowMemory layout = row_memory<Bin>(chunks.problem.width, chunks.problem.width, chunks.shared_bytes);
    auto* kernel = assemble_chunks<P, Bin>;
    chunks.limits->allow_shared(kernel, static_shared_bytes);
    launch(kernel, dim3(static_cast<unsigned>(chunks.count)), dim3(Shape<Bin>::threads), layout.bytes(), chunks.stream,
           chunks, layout);
    check(cudaGetLastError());
}

/// f(std::integral_constant<int, bin>)
template <class F>
void with_bin(int bin, F f)
{
    switch (bin) {
        case 0:
            return f(std::integral_constant<int, 0>());
        case 1:
            return f(std::integral_constant<int, 1>());
        case 2:
            return f(std::integral_constant<int, 2>());
        case 3:
            return f(std::integral_constant<int, 3>());
        default:
            return f(std::integral_constant<int, large_bin>());
    }
}

template <Precision P>
void launch_rows(const RowLaunch& rows)
{
    with_bin(rows.bin, [&](auto bin) {
        if (rows.dual)
            launch_bin<P, bin, true>(rows);
        else
            launch_bin<P, bin, false>(rows);
    });
}

template <Precision P>
void launch_chunks(const ChunkLaunch& chunks)
{
    with_bin(chunks.bin, [&](auto bin) { launch_chunk_bin<P, bin>(chunks); });
}

template <Precision P>
void launch_residuals(const ChunkLaunch& chunks)
{
    auto* kernel = chunk_residuals<P>;
    const std::size_t bytes = static_cast<std::size_t>(chunks.problem.width) * sizeof(float);
    chunks.limits->allow_shared(kernel, static_shared_bytes);
    launch(kernel, dim3(static_cast<unsigned>(chunks.count)), dim3(residual_threads), bytes, chunks.stream, chunks);
    check(cudaGetLastError());
}

}  // namespace alster
