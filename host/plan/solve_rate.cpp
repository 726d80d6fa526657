#include "host/plan/solve_rate.hpp"

#include <algorithm>
#include <random>

#include "host/backend_choice.hpp"
#include "host/report/stopwatch.hpp"
#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

constexpr double work = 4e9;  // multiply-adds
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

}  // namespace

double measure_solve_rate(Offset entries, const TrainOptions& options)
{
    const Row width = options.width();
    entries = std::clamp<Offset>(entries, 1, 1000);
    const double cost = options.row_cost()(entries);
    const Row rows = std::clamp<Row>(static_cast<Row>(work / cost), 64, 100'000);
    std::mt19937 random(1);
    const Precision precision = choose_precision(BackendKind::cpu, options.precision);
    const CpuBackend backend(best_instruction_set(precision), precision, entries_per_part, options.cg_steps);
    HostMatrix Y(table_rows, width);
    for (float& y : Y.values) y = static_cast<float>(random() % 1000) / 1000 - 0.5F;
    HostMatrix X(rows, width);
    const auto shard = backend.load(random_rows(rows, entries, random), width);
    const RowObjective objective{.base = std::vector<double>(width, 1.0), .lambda = 1};
    const auto seconds = [&] {
        const Stopwatch watch;
        (void)backend.solve(shard, Y, objective, X);
        return watch.elapsed();
    };
    seconds();  // warms up
    return static_cast<double>(rows) * cost / seconds();
}

}  // namespace alster
