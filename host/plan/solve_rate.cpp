#include "host/plan/solve_rate.hpp"

#include <algorithm>
#include <random>

#include "host/backend_choice.hpp"
#include "host/report/stopwatch.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

constexpr double work = 4e9;  // multiply-adds of rows of one size
constexpr Row table_rows = 20'000;

Interactions random_rows(Row rows, Offset entries, std::mt19937& random)
{
    Interactions interactions;
    const Row stride = table_rows / entries;
    for (Row r = 0; r < rows; ++r) {
        for (Row k = 0; k < entries; ++k)
            interactions.columns.push_back(static_cast<Column>(k * stride + static_cast<Row>(random() % stride)));
        interactions.offsets.push_back(static_cast<Offset>(interactions.columns.size()));
    }
    return interactions;
}

HostMatrix random_table(Row width, std::mt19937& random)
{
    HostMatrix Y(table_rows, width);
    for (float& y : Y.values) y = static_cast<float>(random() % 1000) / 1000 - 0.5F;
    return Y;
}

CpuBackend backend_for(const TrainOptions& options)
{
    const Precision precision = choose_precision(BackendKind::cpu, options.precision);
    return CpuBackend(best_instruction_set(precision), precision, entries_per_part, options.cg_steps);
}

/// Of its second run: the first warms up.
template <class F>
double seconds_of(F run)
{
    run();
    const Stopwatch watch;
    run();
    return watch.elapsed();
}

double measure_rows(Offset entries, const TrainOptions& options)
{
    const Row width = options.width();
    entries = std::clamp<Offset>(entries, 1, 1000);
    const double cost = options.row_cost()(entries);
    const Row rows = std::clamp<Row>(static_cast<Row>(work / cost), 64, 100'000);
    std::mt19937 random(1);
    const CpuBackend backend = backend_for(options);
    const HostMatrix Y = random_table(width, random);
    HostMatrix X(rows, width);
    const auto shard = backend.load(random_rows(rows, entries, random), width);
    const RowObjective objective{.base = std::vector<double>(width, 1.0), .lambda = 1};
    return static_cast<double>(rows) * cost / seconds_of([&] { (void)backend.solve(shard, Y, objective, X); });
}

}  // namespace

double measure_solve_rate(std::span<const Offset> entries, const TrainOptions& options)
{
    double seconds = 0;  // of as many multiply-adds as there are numbers
    for (const Offset n : entries) seconds += 1 / measure_rows(n, options);
    return static_cast<double>(entries.size()) / seconds;
}

double measure_basis_rate(const TrainOptions& options)
{
    const Row width = options.width();
    std::mt19937 random(1);
    const CpuBackend backend = backend_for(options);
    HostMatrix Y = random_table(width, random);
    ExactSum G(triangle_size(width), table_rows);
    Spectrum identity{std::vector<double>(width, 1), std::vector<double>(static_cast<std::size_t>(width) * width)};
    for (Row a = 0; a < width; ++a) identity.vectors[a * width + a] = 1;
    const double seconds = seconds_of([&] {
        backend.gramian(Y, G);
        backend.rotate(Y, identity);
    });
    return 1.5 * static_cast<double>(table_rows * width * width) / seconds;
}

}  // namespace alster
