// Lists on one GPU: milliseconds of the exact k best of all candidates, for queries from and lists in host memory; what
// each query has seen left out, or not; under the eligibility of 1,000 classes; a list for each of 18 groups. One line of
// JSON for each setting.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "bench/cuda/require_gpu.hpp"
#include "bench/spread.hpp"
#include "host/machine/stopwatch.hpp"
#include "kernels/cuda/cuda_backend.hpp"

namespace {

using namespace alster;

struct Options {
    Row candidates = 26'744;
    Row factors = 128;
    std::vector<Row> k = {10, 100};
    Row queries = 16'384;
    Row seen = 144;  // of each query; a user's mean in MovieLens 20M
    int runs = 5;
    int device = 0;
};

/// Numbers between −1 and 1 by a hash of their place: any number of threads makes the same.
HostMatrix random_matrix(Row rows, Row width, std::uint64_t seed)
{
    HostMatrix matrix(rows, width);
    const std::int64_t count = std::ssize(matrix.values);
#pragma omp parallel for
    for (std::int64_t k = 0; k < count; ++k) {
        std::uint64_t z = (static_cast<std::uint64_t>(k) + (seed << 40)) * 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        matrix.values[static_cast<std::size_t>(k)] = static_cast<float>(static_cast<double>(z >> 40) * 0x1p-23) - 1;
    }
    return matrix;
}

/// The same number for each query, spread over all candidates.
Interactions seen_by(const Options& options)
{
    Interactions seen;
    const Row step = std::max<Row>(1, options.candidates / std::max<Row>(1, options.seen));
    for (Row q = 0; q < options.queries; ++q) {
        for (Row n = 0; n < options.seen; ++n)
            if (const Row item = n * step + q % step; item < options.candidates)
                seen.columns.push_back(static_cast<Column>(item));
        seen.offsets.push_back(static_cast<Offset>(seen.columns.size()));
    }
    return seen;
}

/// Each bit is set with probability 1 / `of`, by a hash of its place.
BitTable random_bits(Row rows, Row columns, std::uint64_t of)
{
    BitTable bits(rows, columns);
    for (Row r = 0; r < rows; ++r)
        for (Row c = 0; c < columns; ++c) {
            const std::uint64_t z = (static_cast<std::uint64_t>(r * columns + c) + 1) * 0x9e3779b97f4a7c15U;
            bits.set(r, c, ((z ^ (z >> 29)) * 0xbf58476d1ce4e5b9U >> 32) % of == 0);
        }
    return bits;
}

void measure(const Options& options, const Scorer& scorer, const HostMatrix& queries, const char* what,
             const CandidateFilter& filter, Row k)
{
    std::vector<double> times;
    for (int run = 0; run <= options.runs; ++run) {
        const Stopwatch watch;
        const TopK lists = scorer(queries.table(), filter, k);
        if (run > 0) times.push_back(1e3 * watch.elapsed());  // the first takes the memory
    }
    const Spread spread(times);
    const auto gflop = 2e-9 * static_cast<double>(options.queries) * static_cast<double>(options.candidates) *
                       static_cast<double>(options.factors);
    fmt::print(R"({{"top_k": "{}", "candidates": {}, "factors": {}, "k": {}, "queries": {}, "seen": {}, "ms": {:.3f}, )"
               R"("least_ms": {:.3f}, "greatest_ms": {:.3f}, "queries_per_s": {:.0f}, "gflops": {:.0f}}})"
               "\n",
               what, options.candidates, options.factors, k, options.queries, filter.excluded ? options.seen : 0,
               spread.median, spread.least, spread.greatest, 1e3 * static_cast<double>(options.queries) / spread.median,
               1e3 * gflop / spread.median);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app("Milliseconds of exact lists on a GPU, medians without the first; one line of JSON for each setting.");
    app.add_option("--candidates", options.candidates);
    app.add_option("--factors", options.factors);
    app.add_option("--k", options.k)->delimiter(',');
    app.add_option("--queries", options.queries);
    app.add_option("--seen", options.seen, "Candidates of each query that are left out");
    app.add_option("--runs", options.runs)->check(CLI::Range(1, 1000));
    app.add_option("--device", options.device);
    CLI11_PARSE(app, argc, argv);
    if (const int code = require_gpu("cuda_top_k_benchmark")) return code;
    const HostMatrix candidates = random_matrix(options.candidates, options.factors, 1);
    const HostMatrix queries = random_matrix(options.queries, options.factors, 2);
    const Interactions seen = seen_by(options);
    const Scorer scorer = CudaBackend(options.device).scorer(candidates.table());
    const BitTable eligible = random_bits(1000, options.candidates, 2);
    std::vector<std::int32_t> class_of;
    for (Row q = 0; q < options.queries; ++q) class_of.push_back(static_cast<std::int32_t>(q * 7 % eligible.rows()));
    const BitTable groups = random_bits(18, options.candidates, 9);
    for (const Row k : options.k) {
        measure(options, scorer, queries, "masked", {.excluded = &seen}, k);
        measure(options, scorer, queries, "plain", {}, k);
        measure(options, scorer, queries, "classes", {.excluded = &seen, .class_of = class_of, .eligible = &eligible},
                k);
        measure(options, scorer, queries, "grouped", {.excluded = &seen, .groups = &groups}, k);
    }
}
