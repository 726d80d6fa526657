#pragma once
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>

#include "bench/random_interactions.hpp"
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
    int sweeps = 5;
    int device = 0;                                    // CUDA
    std::vector<std::string> precisions = {"tf32x3"};  // CUDA
    std::string write;

    [[nodiscard]] static SweepOptions parse(int argc, char** argv)
    {
        SweepOptions options;
        CLI::App app("Milliseconds of a sweep by phase, the first left out; one line of JSON for each setting.");
        app.add_option("--users", options.shape.users);
        app.add_option("--items", options.shape.items);
        app.add_option("--interactions", options.shape.interactions);
        app.add_option("--factors", options.factors)->delimiter(',');
        app.add_option("--sweeps", options.sweeps)->check(CLI::Range(2, 1000));
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

[[nodiscard]] inline double median(std::vector<double> values)
{
    std::ranges::nth_element(values, values.begin() + std::ssize(values) / 2);
    return values[values.size() / 2];
}

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
    return {median(gramian), median(rotation)};
}

/// Runs the sweeps of one setting on one rank and prints its line.
template <Backend B>
void measure_sweeps(const B& backend, const std::string& label, const SweepOptions& options, const SweepData& data,
                    Row factors)
{
    const Communicator alone = Communicator::self();
    const Objective objective{.factors = factors};
    const auto all = [](Row count) { return Share{RowPartition::even(count, rows_per_chunk, 1), {}}; };
    std::vector<std::uint64_t> keys(options.shape.items);
    std::iota(keys.begin(), keys.end(), std::uint64_t{0});
    auto sides = make_sides(alone, backend, objective, SolveOptions(), {all(options.shape.users), {data.by_user, {}}},
                            {all(options.shape.items), {data.by_item, {}, std::move(keys)}});
    Solver<B> solver(alone, backend, objective);
    solver.begin_with(sides.items);
    std::vector<double> total, users, items, basis;
    for (int sweep = 0; sweep < options.sweeps; ++sweep) {
        const auto [a, b] = solver.sweep(sides.users, sides.items);
        if (sweep == 0) continue;
        users.push_back(1e3 * a.solve_s);
        items.push_back(1e3 * b.solve_s);
        basis.push_back(1e3 * (a.basis_s + b.basis_s));
        total.push_back(users.back() + items.back() + basis.back());
    }
    const BasisTimes basis_of_users = measure_basis(backend, sides.users.factors, options, factors);
    const double users_gflop = gflop_of(data.by_user, factors);
    const double items_gflop = gflop_of(data.by_item, factors);
    const double solve_s = 1e-3 * (median(users) + median(items));
    // the table's rows once for each interaction and side: the floor of the memory traffic
    const double gather_gb = 2e-9 * static_cast<double>(data.by_user.entries() * factors) * sizeof(float);
    fmt::print(
        R"({{"backend": "{}", "users": {}, "items": {}, "interactions": {}, "factors": {}, "sweep_ms": {:.3f}, )"
        R"("users_ms": {:.3f}, "items_ms": {:.3f}, "basis_ms": {:.3f}, "users_gflop": {:.1f}, "items_gflop": {:.1f}, )"
        R"("gflops": {:.1f}, "gather_gb_s": {:.1f}, "users_gramian_ms": {:.3f}, "users_rotation_ms": {:.3f}}})"
        "\n",
        label, options.shape.users, options.shape.items, data.by_user.entries(), factors, median(total), median(users),
        median(items), median(basis), users_gflop, items_gflop, (users_gflop + items_gflop) / solve_s,
        gather_gb / solve_s, basis_of_users.gramian, basis_of_users.rotation);
    std::fflush(stdout);
}

}  // namespace alster
