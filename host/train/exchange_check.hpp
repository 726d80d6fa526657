#pragma once
#include "distributed/factor_exchange.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// Exchanges small tables both ways and compares every element with what it must be: whether the memory that the
/// backend gives to MPI is memory that MPI reads and writes. Collective; the same answer on every rank.
template <Backend B>
bool exchange_works(const Communicator& ranks, const B& backend)
{
    constexpr Row width = 5;
    const Row rows = 3 * ranks.size() + 1;
    const auto partition = RowPartition::even(rows, 1, ranks.size());
    const RowRange own = partition.of(ranks.rank());
    const auto element = [](Row row, Row a) { return static_cast<float>(row * width + a + 1); };
    auto mine = backend.make_matrix(own.size(), width);
    backend.write_on_host(mine, [&](std::span<float> values) {
        for (Row r = 0; r < own.size(); ++r)
            for (Row a = 0; a < width; ++a) values[r * width + a] = element(own.first + r, a);
    });
    std::int64_t wrong = 0;
    for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only}) {
        std::vector<Column> columns;
        for (Row r = 0; r < rows; r += 2) columns.push_back(static_cast<Column>(r));
        const auto named = columns;
        const std::vector<std::span<Column>> stages{columns};
        const auto exchange = plan_exchange(ranks, partition, stages, {kind}).exchange;
        auto table = backend.make_matrix(exchange->table_rows(), width);
        backend.exchange(mine, table, exchange->staging(width),
                         [&](const RowBuffers& buffers) { exchange->gather(buffers, width, [](int) {}); });
        backend.read_on_host(table, [&](std::span<const float> values) {
            for (std::size_t n = 0; n < named.size(); ++n)
                for (Row a = 0; a < width; ++a) wrong += values[columns[n] * width + a] != element(named[n], a);
        });
    }
    return ranks.sum(wrong) == 0;
}

}  // namespace alster
