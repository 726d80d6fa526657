// Microseconds to solve one row of n interactions at f factors, primal and dual as the backend chooses, beside the
// textbook form (assemble with rankUpdate, factor with LLT) in Eigen, one thread each.
#include <benchmark/benchmark.h>

#include <Eigen/Dense>
#include <random>

#include "kernels/cpu/row_solver.hpp"
#include "kernels/host_matrix.hpp"

namespace {

using namespace alster;

constexpr Row table_rows = 26'744;  // the items of MovieLens 20M
constexpr int row_count = 64;       // different rows, so that the table is not always in the first cache

struct Rows {
    HostMatrix table;
    std::vector<std::vector<std::int32_t>> columns;
    std::vector<double> base;

    Rows(Row n, Row f) : table(table_rows, f), base(f, 1.0)
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

void alster_row(benchmark::State& state)
{
    const Rows rows(state.range(0), state.range(1));
    const RowSolver solver = row_solver(best_instruction_set(), Precision::fp32);
    const Row f = rows.table.width;
    auto* memory = static_cast<float*>(std::aligned_alloc(64, (solver.workspace(f, 0) * sizeof(float) + 63) / 64 * 64));
    std::vector<float> x(f);
    const RowContext context{rows.table.values.data(), f, rows.base.data(), false};
    std::size_t k = 0;
    bool dual = false;
    for (auto _ : state) {
        const auto& columns = rows.columns[k++ % row_count];
        const RowTask task{columns.data(), nullptr, nullptr, static_cast<std::int64_t>(columns.size()), 0.1, 0.1};
        dual = solver.solve(context, task, memory, x.data()).dual;
        benchmark::DoNotOptimize(x.data());
    }
    state.SetLabel(dual ? "dual" : "primal");
    std::free(memory);
}

void eigen_row(benchmark::State& state)
{
    const Rows rows(state.range(0), state.range(1));
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
        for (const int n : {4, 8, 16, 32, 64, 96, 128, 256, 1024}) bench->Args({n, f});
    bench->Unit(benchmark::kMicrosecond);
}

BENCHMARK(alster_row)->Apply(shapes);
BENCHMARK(eigen_row)->Apply(shapes);

}  // namespace

BENCHMARK_MAIN();
