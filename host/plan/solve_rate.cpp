#include "host/plan/solve_rate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "host/machine/backend_choice.hpp"
#include "host/machine/stopwatch.hpp"
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
    const Precision precision = choose_precision(BackendKind::cpu, options.machine.precision);
    return CpuBackend(best_instruction_set(precision), precision, entries_per_part, options.solve.cg_steps);
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

/// What rows are solved from, for all sizes of rows.
struct Bench {
    explicit Bench(const TrainOptions& options)
        : cost(options.row_cost()),
          random(1),
          backend(backend_for(options)),
          Y(random_table(options.objective.width(), random)),
          objective{.base = std::vector<double>(static_cast<std::size_t>(options.objective.width()), 1.0), .lambda = 1}
    {
    }

    RowCost cost;
    std::mt19937 random;
    CpuBackend backend;
    HostMatrix Y;
    RowObjective objective;

    /// Seconds of a multiply-add of rows of so many interactions.
    double seconds(Offset entries)
    {
        const Row rows = std::clamp<Row>(static_cast<Row>(work / cost(entries)), 16, 100'000);
        HostMatrix X(rows, Y.width);
        const auto shard = backend.load(random_rows(rows, entries, random), Y.width);
        return seconds_of([&] { (void)backend.solve(shard, Y, objective, X); }) /
               (static_cast<double>(rows) * cost(entries));
    }
};

}  // namespace

double measure_solve_rate(std::span<const Offset> entries, const TrainOptions& options)
{
    std::map<Offset, int> times;
    for (const Offset n : entries) ++times[std::clamp<Offset>(n, 1, 1000)];
    Bench bench(options);
    double seconds = 0;  // of as many multiply-adds as there are numbers
    for (const auto& [n, count] : times) seconds += count * bench.seconds(n);
    return static_cast<double>(entries.size()) / seconds;
}

double measure_basis_rate(const TrainOptions& options)
{
    const Row width = options.objective.width();
    std::mt19937 random(1);
    const CpuBackend backend = backend_for(options);
    HostMatrix Y = random_table(width, random);
    ExactSum G(triangle_size(width), table_rows);
    Spectrum identity{std::vector<double>(width, 1), std::vector<double>(static_cast<std::size_t>(width) * width)};
    for (Row a = 0; a < width; ++a) identity.vectors[a * width + a] = 1;
    const double seconds = seconds_of([&] {
        backend.gramian(Y, G, BasisFor::rows);
        backend.rotate(Y, identity, BasisFor::rows);
    });
    return 1.5 * static_cast<double>(table_rows * width * width) / seconds;
}

double measure_eigenproblem(Row width)
{
    const Row order = std::min<Row>(width, 256);
    std::mt19937 random(1);
    const CpuBackend backend;
    const HostMatrix Y = random_table(order, random);
    ExactSum G(triangle_size(order), table_rows);
    backend.gramian(Y, G);
    const auto gram = G.values();
    const double seconds = seconds_of([&] { (void)backend.principal_basis(gram, order); });
    return seconds * std::pow(static_cast<double>(width) / static_cast<double>(order), 3);
}

}  // namespace alster
