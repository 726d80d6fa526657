#pragma once
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>

#include "bench/random_interactions.hpp"
#include "bench/row_work.hpp"
#include "bench/spread.hpp"
#include "bench/timed_backend.hpp"
#include "data/error.hpp"
#include "distributed/mpi_session.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/solve/sides.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

/// Options of a benchmark of whole sweeps.
struct SweepOptions {
    SetShape shape;
    std::vector<Row> factors = {64, 128, 256};
    int sweeps = 6;  // the first is not counted
    bool only_sweeps = false;
    int device = 0;                                    // CUDA
    std::vector<std::string> precisions = {"tf32x3"};  // CUDA
    std::string write;

    [[nodiscard]] static SweepOptions parse(int argc, char** argv)
    {
        SweepOptions options;
        CLI::App app("Milliseconds of a sweep by phase, medians without the first; one line of JSON for each setting.");
        app.add_option("--users", options.shape.users);
        app.add_option("--items", options.shape.items);
        app.add_option("--interactions", options.shape.interactions);
        app.add_option("--factors", options.factors)->delimiter(',');
        app.add_option("--sweeps", options.sweeps)->check(CLI::Range(2, 1000));
        app.add_flag("--only-sweeps", options.only_sweeps, "Nothing that is not part of a sweep: for profilers");
        app.add_option("--device", options.device);
        app.add_option("--precision", options.precisions)->delimiter(',');
        app.add_option("--write", options.write, "A file for the set's rows, for other programs");
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            std::exit(app.exit(error));
        }
        return options;
    }
};

/// Interactions of both sides.
struct SweepData {
    Interactions by_user;
    Interactions by_item;

    explicit SweepData(const SweepOptions& options)
        : by_user(random_interactions(options.shape)), by_item(transposed(by_user, options.shape.items))
    {
        if (!options.write.empty()) write_by_user(options);
    }

private:
    /// Users, items and interactions, then offsets (users + 1), as i8, then columns as i4.
    void write_by_user(const SweepOptions& options) const
    {
        std::ofstream file(options.write, std::ios::binary);
        const auto put = [&](const auto& values) {
            file.write(reinterpret_cast<const char*>(values.data()),
                       static_cast<std::streamsize>(values.size() * sizeof(values[0])));
        };
        put(std::array{options.shape.users, options.shape.items, by_user.entries()});
        put(by_user.offsets);
        put(by_user.columns);
        if (!file.flush()) throw Error(ExitCode::io, "{}: cannot be written", options.write);
    }
};

/// Useful floating-point operations of a half-step: multiply-adds of the cheaper form of every row, times 2.
[[nodiscard]] inline double gflop_of(const Interactions& side, Row width)
{
    const RowCost cost(width);
    double gflop = 0;
    for (Row r = 0; r < side.rows(); ++r) gflop += 2e-9 * cost(side.entries(r));
    return gflop;
}

/// Milliseconds of the principal basis' two passes over the users' factors: their Gramian, and a rotation.
struct BasisTimes {
    double gramian;
    double rotation;
};

template <Backend B>
BasisTimes measure_basis(const B& backend, typename B::Matrix& users, const SweepOptions& options, Row width)
{
    Spectrum identity{std::vector<double>(width, 1.0), std::vector<double>(width * width)};
    for (Row a = 0; a < width; ++a) identity.vectors[a * width + a] = 1;
    const double largest = backend.largest(users);
    std::vector<double> gramian, rotation;
    for (int n = 0; n < options.sweeps; ++n) {
        ExactSum G(triangle_size(width), static_cast<double>(options.shape.users) * largest * largest);
        Stopwatch watch;
        backend.gramian(users, G);
        gramian.push_back(1e3 * watch.lap());
        backend.rotate(users, identity);
        rotation.push_back(1e3 * watch.lap());
    }
    return {Spread(gramian).median, Spread(rotation).median};
}

/// Milliseconds of a half-step of as many rows without an interaction: what the host does for one, and the copies of
/// its reports. Makes the factors 0.
template <Backend B>
double measure_empty_half_step(const B& backend, FactorSide<B>& solved, const FactorSide<B>& fixed,
                               const SweepOptions& options, Row width)
{
    Interactions none;
    none.offsets.assign(static_cast<std::size_t>(solved.partition.rows()) + 1, 0);
    const auto shard = backend.load(std::move(none), width);
    const RowObjective objective{.base = std::vector<double>(width, 1.0), .lambda = 1};
    std::vector<double> times;
    for (int n = 0; n < options.sweeps; ++n) {
        const Stopwatch watch;
        (void)backend.solve(shard, fixed.factors, objective, solved.factors);
        times.push_back(1e3 * watch.elapsed());
    }
    return Spread(times).median;
}

/// Milliseconds of the sweeps of one setting, a value for each sweep that is counted.
struct SweepTimes {
    std::vector<double> total, users, items, basis, gramian, eigenproblem, rotation;

    void add(const HalfStep& a, const HalfStep& b, const BasisSeconds& parts)
    {
        users.push_back(1e3 * a.solve_s);
        items.push_back(1e3 * b.solve_s);
        basis.push_back(1e3 * (a.basis_s + b.basis_s));
        total.push_back(users.back() + items.back() + basis.back());
        gramian.push_back(1e3 * parts.gramian);
        eigenproblem.push_back(1e3 * parts.eigenproblem);
        rotation.push_back(1e3 * parts.rotation);
    }
};

inline void print_times(const SweepTimes& times, const SweepOptions& options, const SweepData& data, Row factors)
{
    const double users_gflop = gflop_of(data.by_user, factors);
    const double items_gflop = gflop_of(data.by_item, factors);
    const Spread sweep(times.total);
    const Spread users(times.users);
    const Spread items(times.items);
    const double solve_s = 1e-3 * (users.median + items.median);
    // the table's rows once for each interaction and side: the floor of the memory traffic
    const double gather_gb = 2e-9 * static_cast<double>(data.by_user.entries() * factors) * sizeof(float);
    fmt::print(R"("users": {}, "items": {}, "interactions": {}, "factors": {}, )", options.shape.users,
               options.shape.items, data.by_user.entries(), factors);
    fmt::print(R"("sweep_ms": {:.3f}, "sweep_least_ms": {:.3f}, "sweep_greatest_ms": {:.3f}, "sweeps": {}, )",
               sweep.median, sweep.least, sweep.greatest, times.total.size());
    fmt::print(R"("users_ms": {:.3f}, "items_ms": {:.3f}, "basis_ms": {:.3f}, "basis_gramian_ms": {:.3f}, )"
               R"("basis_eigenproblem_ms": {:.3f}, "basis_rotation_ms": {:.3f}, )",
               users.median, items.median, Spread(times.basis).median, Spread(times.gramian).median,
               Spread(times.eigenproblem).median, Spread(times.rotation).median);
    fmt::print(R"("users_gflop": {:.1f}, "items_gflop": {:.1f}, "gflops": {:.1f}, "gather_gb_s": {:.1f})", users_gflop,
               items_gflop, (users_gflop + items_gflop) / solve_s, gather_gb / solve_s);
}

inline void print_work(const char* side, const RowWork& work)
{
    fmt::print(R"(, "{0}_assembly_gflop": {1:.3f}, "{0}_cholesky_gflop": {2:.3f}, "{0}_rows_read": {3:.0f}, )"
               R"("{0}_systems": [{4}])",
               side, work.assembly_gflop, work.cholesky_gflop, work.rows_read, fmt::join(work.systems, ", "));
}

/// Runs the sweeps of one setting on one rank and prints its line.
template <Backend B>
void measure_sweeps(const B& plain, const std::string& label, const SweepOptions& options, const SweepData& data,
                    Row factors)
{
    const Communicator alone = Communicator::self();
    const TimedBackend<B> backend(plain);
    const Objective objective{.factors = factors};
    const auto all = [](Row count) { return Share{RowPartition::even(count, rows_per_chunk, 1), {}}; };
    std::vector<std::uint64_t> keys(options.shape.items);
    std::iota(keys.begin(), keys.end(), std::uint64_t{0});
    auto sides = make_sides(alone, backend, objective, SolveOptions(), {all(options.shape.users), {data.by_user, {}}},
                            {all(options.shape.items), {data.by_item, {}, std::move(keys)}});
    Solver<TimedBackend<B>> solver(alone, backend, objective);
    solver.begin_with(sides.items);
    SweepTimes times;
    for (int sweep = 0; sweep < options.sweeps; ++sweep) {
        (void)backend.taken();
        const auto [a, b] = solver.sweep(sides.users, sides.items);
        if (sweep > 0) times.add(a, b, backend.taken());
    }
    std::string beside;
    if (!options.only_sweeps) {
        const BasisTimes basis = measure_basis(backend, sides.users.factors, options, factors);
        const double users = measure_empty_half_step(backend, sides.users, sides.items, options, factors);
        const double items = measure_empty_half_step(backend, sides.items, sides.users, options, factors);
        beside = fmt::format(R"(, "users_gramian_ms": {:.3f}, "users_rotation_ms": {:.3f}, "users_host_ms": {:.3f}, )"
                             R"("items_host_ms": {:.3f})",
                             basis.gramian, basis.rotation, users, items);
    }
    fmt::print(R"({{"backend": "{}", )", label);
    print_times(times, options, data, factors);
    print_work("users", work_of(data.by_user, factors));
    print_work("items", work_of(data.by_item, factors));
    fmt::print("{}}}\n", beside);
    std::fflush(stdout);
}

}  // namespace alster
