// Time a user for the k best of 26,744 items (MovieLens 20M), beside the matrix product alone: what selection
// and masking cost on top of scoring. One thread unless OMP_NUM_THREADS says otherwise; the product is timed at the
// same tiles and as one large call.
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <random>

#include "kernels/cpu/top_k.hpp"

namespace {

using namespace alster;

constexpr Row items = 26'744;
constexpr Row users = 512;
constexpr Row seen_items = 144;  // a user's mean in MovieLens 20M

HostMatrix random_matrix(Row rows, Row width)
{
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.1F);
    HostMatrix matrix(rows, width);
    for (float& value : matrix.values) value = normal(random);
    return matrix;
}

Interactions random_seen()
{
    Interactions seen;
    for (Row u = 0; u < users; ++u) {
        for (Row n = 0; n < seen_items; ++n)
            seen.columns.push_back(static_cast<Column>(n * (items / seen_items) + u % (items / seen_items)));
        seen.offsets.push_back(static_cast<Offset>(seen.columns.size()));
    }
    return seen;
}

void report(benchmark::State& state)
{
    state.counters["a_user"] =
        benchmark::Counter(users, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void top_k(benchmark::State& state)
{
    const auto X = random_matrix(users, state.range(0));
    const auto Y = random_matrix(items, state.range(0));
    const auto seen = random_seen();
    for (auto _ : state) benchmark::DoNotOptimize(cpu_top_k(X.table(), Y.table(), {.excluded = &seen}, state.range(1)));
    report(state);
}

/// Rows of bits, each set with probability `share`.
BitTable random_bits(Row rows, double share)
{
    std::mt19937 random(2);
    std::bernoulli_distribution chosen(share);
    BitTable bits(rows, items);
    for (Row r = 0; r < rows; ++r)
        for (Row i = 0; i < items; ++i) bits.set(r, i, chosen(random));
    return bits;
}

/// Under the eligibility of 1,000 classes, of which each may see state.range(2) % of the items.
void masked(benchmark::State& state)
{
    const auto X = random_matrix(users, state.range(0));
    const auto Y = random_matrix(items, state.range(0));
    const auto seen = random_seen();
    const BitTable eligible = random_bits(1000, static_cast<double>(state.range(2)) / 100);
    std::vector<std::int32_t> class_of;
    for (Row u = 0; u < users; ++u) class_of.push_back(static_cast<std::int32_t>(u * 7 % 1000));
    const CandidateFilter filter{.excluded = &seen, .class_of = class_of, .eligible = &eligible};
    for (auto _ : state) benchmark::DoNotOptimize(cpu_top_k(X.table(), Y.table(), filter, state.range(1)));
    report(state);
}

/// A list for each of 18 genres, of which an item has two on average.
void grouped(benchmark::State& state)
{
    const auto X = random_matrix(users, state.range(0));
    const auto Y = random_matrix(items, state.range(0));
    const auto seen = random_seen();
    const BitTable groups = random_bits(18, 2.0 / 18);
    const CandidateFilter filter{.excluded = &seen, .groups = &groups};
    for (auto _ : state) benchmark::DoNotOptimize(cpu_top_k(X.table(), Y.table(), filter, state.range(1)));
    report(state);
}

/// X Yᵀ in calls of `rows` × `columns`, nothing kept.
void product_alone(benchmark::State& state)
{
    openblas_set_num_threads(1);
    const auto w = static_cast<blasint>(state.range(0));
    const Row rows = state.range(1);
    const Row columns = state.range(2);
    const auto X = random_matrix(users, w);
    const auto Y = random_matrix(items, w);
    std::vector<float> scores(static_cast<std::size_t>(rows * columns));
    for (auto _ : state)
        for (Row u = 0; u < users; u += rows)
            for (Row i = 0; i < items; i += columns) {
                const Row count = std::min(columns, items - i);
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(rows),
                            static_cast<blasint>(count), w, 1.0F, X.row(u), w, Y.row(i), w, 0.0F, scores.data(),
                            static_cast<blasint>(columns));
                benchmark::ClobberMemory();
            }
    report(state);
}

}  // namespace

BENCHMARK(top_k)->ArgNames({"factors", "k"})->ArgsProduct({{64, 128, 256}, {10, 50, 100, 1000}})->UseRealTime();
BENCHMARK(masked)
    ->ArgNames({"factors", "k", "percent"})
    ->ArgsProduct({{64, 128}, {10, 50}, {1, 10, 50, 90}})
    ->UseRealTime();
BENCHMARK(grouped)->ArgNames({"factors", "k"})->ArgsProduct({{64, 128}, {10, 50}})->UseRealTime();
BENCHMARK(product_alone)
    ->ArgNames({"factors", "rows", "columns"})
    ->ArgsProduct({{64, 128, 256}, {64, 512}, {512, items}})
    ->UseRealTime();

BENCHMARK_MAIN();
