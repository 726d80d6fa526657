// Microseconds to solve one row of n interactions at f factors, primal, dual or by steps as the backend chooses, beside
// the textbook form (assemble with rankUpdate, factor with LLT) in Eigen, one thread each. A weak base is a small share
// of the row's matrix, and exact rows are factorized; a strong one is what rows of the default options have.
#include <benchmark/benchmark.h>

#include <Eigen/Dense>
#include <random>

#include "data/bf16.hpp"
#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/host_matrix.hpp"

namespace {

using namespace alster;

constexpr Row table_rows = 26'744;  // the items of MovieLens 20M
constexpr int row_count = 300;      // different rows, so that the table is not always in the first caches

struct Rows {
    HostMatrix table;
    std::vector<std::vector<std::int32_t>> columns;
    std::vector<double> base;

    Rows(Row n, Row f, double of_factor) : table(table_rows, f), base(f, of_factor)
    {
        std::mt19937 random(1);
        std::normal_distribution<float> normal(0, 0.1F);
        for (float& value : table.values) value = normal(random);
        for (int k = 0; k < row_count; ++k) {
            columns.emplace_back(n);
            for (auto& column : columns.back()) column = static_cast<std::int32_t>(random() % table_rows);
        }
    }
};

constexpr double weak = 1, strong = 10;

void alster_row(benchmark::State& state, Precision precision, int steps, double base)
{
    const Rows rows(state.range(0), state.range(1), base);
    const RowSolver solver = row_solver(best_instruction_set(precision), precision);
    const Row f = rows.table.width;
    const AlignedFloats memory = make_aligned_floats(solver.workspace(f, state.range(0)));
    TableVector<std::uint16_t> rounded;
    for (const float y : rows.table.values) rounded.push_back(bf16_bits(y));
    std::vector<float> x(f);
    const RowContext context{.table = rows.table.values.data(),
                             .width = f,
                             .base = rows.base.data(),
                             .biased = false,
                             .rounded = rounded.data(),
                             .cg_steps = steps};
    std::size_t k = 0;
    RowResult result{};
    for (auto _ : state) {
        const auto& columns = rows.columns[k++ % row_count];
        const auto& next = rows.columns[k % row_count];
        const RowToSolve task{columns.data(), nullptr,         nullptr, std::ssize(columns), 0.1, 0.1,
                              next.data(),    std::ssize(next)};
        result = solver.solve(context, task, memory.get(), x.data());
        benchmark::DoNotOptimize(x.data());
    }
    state.SetLabel(result.by_steps ? "steps" : result.dual ? "dual" : "primal");
}

void eigen_row(benchmark::State& state)
{
    const Rows rows(state.range(0), state.range(1), weak);
    const Row f = rows.table.width;
    Eigen::MatrixXf A(f, f);
    Eigen::VectorXf b(f);
    std::size_t k = 0;
    for (auto _ : state) {
        A = Eigen::VectorXf::Constant(f, 1.1F).asDiagonal();
        b.setZero();
        for (const auto column : rows.columns[k++ % row_count]) {
            const Eigen::Map<const Eigen::VectorXf> y(rows.table.row(column), f);
            A.selfadjointView<Eigen::Lower>().rankUpdate(y);
            b += y;
        }
        const Eigen::VectorXf x = A.selfadjointView<Eigen::Lower>().llt().solve(b);
        benchmark::DoNotOptimize(x.data());
    }
}

void shapes(benchmark::internal::Benchmark* bench)
{
    for (const int f : {64, 128, 256})
        for (const int n : {4, 8, 16, 32, 64, 96, 128, 144, 256, 1024, 1500}) bench->Args({n, f});
    bench->Unit(benchmark::kMicrosecond);
}

BENCHMARK_CAPTURE(alster_row, fp32, Precision::fp32, 0, weak)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, bf16, Precision::bf16, 0, weak)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, fp32_strong_base, Precision::fp32, 0, strong)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, bf16_strong_base, Precision::bf16, 0, strong)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, fp32_3_steps, Precision::fp32, 3, weak)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, bf16_3_steps, Precision::bf16, 3, weak)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, fp32_1_step, Precision::fp32, 1, weak)->Apply(shapes);
BENCHMARK_CAPTURE(alster_row, bf16_1_step, Precision::bf16, 1, weak)->Apply(shapes);
BENCHMARK(eigen_row)->Apply(shapes);

}  // namespace

BENCHMARK_MAIN();
