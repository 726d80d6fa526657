// GF/s of one core in what the principal basis takes of a chunk of 64 rows, for tables in fp32 and in bf16: rotation
// (2 n f² operations) and Gramian (n f (f + 1), with the splitting into integers), beside OpenBLAS's products of the
// same chunk in fp64.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <random>
#include <vector>

#include "kernels/cpu/isa/basis_kernel.hpp"
#include "kernels/host_matrix.hpp"

namespace {

using namespace alster;

constexpr std::int64_t rows = 64;

struct Chunk {
    explicit Chunk(std::int64_t f) : values(rows * f), square(f * f)
    {
        std::mt19937 random(1);
        std::normal_distribution<float> normal(0, 0.1F);
        for (float& value : values) value = normal(random);
        for (double& value : square) value = normal(random);
    }
    TableVector<float> values;
    TableVector<double> square;
};

void report(benchmark::State& state, double operations)
{
    state.counters["GF/s"] = benchmark::Counter(operations * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

BasisKernel best_kernel(Precision precision) { return basis_kernel(best_instruction_set(precision), precision); }

void rotate(benchmark::State& state, Precision precision)
{
    const std::int64_t f = state.range(0);
    Chunk chunk(f);
    const BasisKernel kernel = best_kernel(precision);
    TableVector<std::byte> packed(kernel.square(f));
    TableVector<std::byte> workspace(kernel.chunk(f));
    kernel.pack(chunk.square.data(), f, packed.data());
    TableVector<float> values(chunk.values.size());
    for (auto _ : state) {
        values = chunk.values;
        kernel.rotate(packed.data(), f, rows, workspace.data(), values.data());
        benchmark::DoNotOptimize(values.data());
    }
    report(state, 2 * static_cast<double>(rows * f * f));
}

void gramian(benchmark::State& state, Precision precision)
{
    const std::int64_t f = state.range(0);
    const Chunk chunk(f);
    const BasisKernel kernel = best_kernel(precision);
    TableVector<std::byte> workspace(kernel.chunk(f));
    std::vector<std::int64_t> limbs(f * (f + 1));
    for (auto _ : state) {
        kernel.add_gramian(chunk.values.data(), rows, f, 0x1p-40, workspace.data(), limbs.data());
        benchmark::DoNotOptimize(limbs.data());
    }
    report(state, static_cast<double>(rows * f * (f + 1)));
}

void openblas_dgemm(benchmark::State& state)
{
    const auto f = static_cast<int>(state.range(0));
    const Chunk chunk(f);
    TableVector<double> before(chunk.values.begin(), chunk.values.end());
    TableVector<double> after(rows * f);
    openblas_set_num_threads(1);
    for (auto _ : state) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, f, f, 1.0, before.data(), f, chunk.square.data(),
                    f, 0.0, after.data(), f);
        benchmark::DoNotOptimize(after.data());
    }
    report(state, 2.0 * rows * f * f);
}

void openblas_dsyrk(benchmark::State& state)
{
    const auto f = static_cast<int>(state.range(0));
    const Chunk chunk(f);
    TableVector<double> before(chunk.values.begin(), chunk.values.end());
    TableVector<double> after(std::size_t(f) * f);
    openblas_set_num_threads(1);
    for (auto _ : state) {
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, f, rows, 1.0, before.data(), f, 0.0, after.data(), f);
        benchmark::DoNotOptimize(after.data());
    }
    report(state, static_cast<double>(rows * f) * (f + 1));
}

}  // namespace

BENCHMARK_CAPTURE(rotate, fp32, Precision::fp32)->ArgName("f")->Arg(64)->Arg(128)->Arg(256);
BENCHMARK_CAPTURE(rotate, bf16, Precision::bf16)->ArgName("f")->Arg(64)->Arg(128)->Arg(256);
BENCHMARK(openblas_dgemm)->ArgName("f")->Arg(64)->Arg(128)->Arg(256);
BENCHMARK_CAPTURE(gramian, fp32, Precision::fp32)->ArgName("f")->Arg(64)->Arg(128)->Arg(256);
BENCHMARK_CAPTURE(gramian, bf16, Precision::bf16)->ArgName("f")->Arg(64)->Arg(128)->Arg(256);
BENCHMARK(openblas_dsyrk)->ArgName("f")->Arg(64)->Arg(128)->Arg(256);

BENCHMARK_MAIN();
