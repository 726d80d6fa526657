#pragma once
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "kernels/cpu/isa/cholesky.hpp"
#include "kernels/cpu/isa/rows/panel.hpp"

/// The parts of a row's solve on one core, in GF/s of useful operations and as a share of what the same core does in
/// multiply-adds that touch nothing but registers. Included by a program for each instruction set.
namespace alster::ALSTER_ISA {

constexpr int lanes = ALSTER_LANES;
using T = Tiles<lanes>;

inline double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Aligned floats of about 1 in magnitude.
class Floats {
public:
    explicit Floats(std::int64_t count)
        : values_(static_cast<float*>(std::aligned_alloc(64, (count * 4 + 63) / 64 * 64)))
    {
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (std::int64_t k = 0; k < count; ++k) values_[k] = normal(random);
    }
    Floats(const Floats&) = delete;
    Floats& operator=(const Floats&) = delete;
    ~Floats() { std::free(values_); }

    operator float*() const { return values_; }

private:
    float* values_;
};

/// GF/s of sums of Term in registers, each term of so many operations: the best of many short loops.
template <class Term>
double peak(int operations_of_term)
{
    constexpr int sums =
        lanes == 16 ? 24 : 12;  // at least latency · units of any core, and they fit into the registers
    constexpr int steps = 20'000;
    static volatile float sink;
    double best = 0;
    for (int run = 0; run < 200; ++run) {
        T::Vector a[sums] = {};
        for (auto& sum : a) asm volatile("" : "+v"(sum));  // or equal sums would be computed once
        T::Vector p = {};
        float q = 0;
        asm volatile("" : "+v"(p), "+v"(q));
        const double begin = now();
        for (int k = 0; k < steps; ++k) {
            asm volatile("" : "+v"(p));
#pragma GCC unroll 24
            for (int c = 0; c < sums; ++c) a[c] = Term::add(p, a[c], q);
        }
        best = std::max(best, 1e-9 * steps * sums * lanes * operations_of_term / (now() - begin));
        for (const auto& sum : a) sink = sink + sum[0];
    }
    return best;
}

inline void report(benchmark::State& state, double operations, double peak_gflops)
{
    const auto rate = benchmark::Counter::kIsIterationInvariantRate;
    state.counters["flops"] = benchmark::Counter(operations, rate);
    if (peak_gflops > 0) state.counters["of_peak"] = benchmark::Counter(1e-9 * operations / peak_gflops, rate);
}

/// Random rows of a table of MovieLens 20M's items, as the entries of a row.
template <class Element>
struct Neighbours {
    static constexpr std::int64_t rows = 26'744;

    explicit Neighbours(std::int64_t width) : table(rows * width), order(4096)
    {
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (auto& element : table) {
            const float value = normal(random);
            if constexpr (sizeof(Element) == sizeof(float))
                element = value;
            else
                element = static_cast<Element>(__builtin_bit_cast(std::uint32_t, value) >> 16);
        }
        for (auto& row : order) row = static_cast<std::int32_t>(random() % rows);
        context.width = width;
        if constexpr (sizeof(Element) == sizeof(float))
            context.table = table.data();
        else
            context.rounded = table.data();
    }

    /// So many entries from one of them on.
    [[nodiscard]] RowToSolve task(std::size_t first, std::int64_t entries) const
    {
        return {order.data() + first % (order.size() - entries), nullptr, nullptr, entries, 0, 0};
    }

    std::vector<Element> table;
    std::vector<std::int32_t> order;
    RowContext context{};
};

/// A += Σ p pᵀ for a panel of so many rows: of the primal form, and with n for f also of the dual's.
template <class Panel>
void rank_update(benchmark::State& state, double peak_gflops)
{
    const std::int64_t f = state.range(0);
    const std::int64_t rows = state.range(1);
    const Neighbours<typename Panel::Element> neighbours(f);
    const Floats panel(Panel::size(f));
    const Floats b(f);
    const Floats A(T::size(f / lanes));
    std::fill_n(static_cast<float*>(A), T::size(f / lanes), 0.0F);
    Panel::gather(neighbours.context, neighbours.task(0, rows), 0, rows, f, panel, b);
    for (auto _ : state) Panel::add_products(A, panel, rows, f, [] {});
    report(state, static_cast<double>(rows * f * (f + 1)), peak_gflops);
}

/// A positive definite matrix in tiles.
inline void make_system(float* A, std::int64_t f)
{
    const Floats panel(2 * f * f);
    const Floats diagonal(f);
    std::fill_n(static_cast<float*>(diagonal), f, 1.0F);
    T::set_diagonal(A, diagonal, f / lanes);
    T::rank_update(A, panel, 2 * f, f / lanes, 2 * f * lanes, [] {});
}

/// With the copy of the system that is factored.
inline void cholesky(benchmark::State& state, double peak_gflops)
{
    const std::int64_t f = state.range(0);
    const Floats system(T::size(f / lanes));
    const Floats A(T::size(f / lanes));
    const Floats roots(f);
    make_system(system, f);
    for (auto _ : state) {
        std::copy_n(static_cast<float*>(system), T::size(f / lanes), static_cast<float*>(A));
        if (!Cholesky<lanes>::factor(A, roots, f / lanes)) state.SkipWithError("a pivot is not positive");
    }
    report(state, static_cast<double>(f * f * f) / 3, peak_gflops);
}

inline void substitutions(benchmark::State& state, double peak_gflops)
{
    const std::int64_t f = state.range(0);
    const Floats A(T::size(f / lanes));
    const Floats roots(f);
    const Floats b(f);
    make_system(A, f);
    Cholesky<lanes>::factor(A, roots, f / lanes);
    for (auto _ : state) {
        std::fill_n(static_cast<float*>(b), f, 1.0F);
        Cholesky<lanes>::solve(A, roots, b, f / lanes);
        benchmark::ClobberMemory();
    }
    report(state, static_cast<double>(2 * f * f), peak_gflops);
}

/// A panel of random rows of the table, as large as it gets; bytes are those of the table.
template <class Panel>
void gather(benchmark::State& state)
{
    using Element = typename Panel::Element;
    const std::int64_t f = state.range(0);
    const Neighbours<Element> neighbours(f);
    const Floats panel(Panel::size(f));
    const Floats b(f);
    std::size_t next = 0;
    for (auto _ : state) {
        Panel::gather(neighbours.context, neighbours.task(next, Panel::rows), 0, Panel::rows, f, panel, b);
        next += Panel::rows;
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * Panel::rows * f * static_cast<std::int64_t>(sizeof(Element)));
}

/// `products`: GF/s of what rank updates are made of, in registers.
template <class Panel>
void run(int argc, char** argv, double products)
{
    benchmark::Initialize(&argc, argv);
    const double flop = peak<Plus>(2);
    std::printf("peak of one core: %.1f GF/s in fp32, %.1f in the products of rank updates\n", flop, products);
    const std::vector<std::int64_t> widths = {16, 32, 64, 128, 256, 512};
    const auto update = [=](benchmark::State& state) { rank_update<Panel>(state, products); };
    const std::vector<std::int64_t> rows = {Panel::rows / 2, Panel::rows};
    benchmark::RegisterBenchmark("rank_update", update)->ArgNames({"f", "rows"})->ArgsProduct({widths, rows});
    const auto sized = [&](const char* name, auto&& body) {
        return benchmark::RegisterBenchmark(name, body)->ArgName("f")->ArgsProduct({widths});
    };
    sized("cholesky", [=](benchmark::State& state) { cholesky(state, flop); });
    sized("substitutions", [=](benchmark::State& state) { substitutions(state, flop); });
    sized("gather", gather<Panel>);
    benchmark::RunSpecifiedBenchmarks();
}

}  // namespace alster::ALSTER_ISA
