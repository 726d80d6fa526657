#pragma once
#include <algorithm>

#include "distributed/factor_exchange.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// The tables of exchange_works: 4 MiB a rank, which MPI sends otherwise than a few bytes (by rendezvous, and from
/// device memory by other routes); among many ranks less, so that no table is larger than 256 MiB.
struct ExchangeTrial {
    static constexpr Row width = 64;
    static constexpr std::size_t row_bytes = width * sizeof(float);

    Row rows;  // of the whole table

    explicit ExchangeTrial(int ranks)
        : rows(std::min((Row{4} << 20) * ranks, Row{256} << 20) / static_cast<Row>(row_bytes) + 1)
    {
    }

    /// Device memory for the rows of a rank, the table, and rows on their way.
    [[nodiscard]] std::size_t device_bytes() const { return 3 * static_cast<std::size_t>(rows) * row_bytes; }

    [[nodiscard]] static float element(Row row, Row a) { return static_cast<float>((row * width + a) % 16777213); }
};

/// Exchanges tables both ways and compares every element with what it must be: whether the memory that the backend
/// gives to MPI is memory that MPI reads and writes. Collective; the same answer on every rank.
template <Backend B>
bool exchange_works(const Communicator& ranks, const B& backend)
{
    constexpr Row width = ExchangeTrial::width;
    const Row rows = ExchangeTrial(ranks.size()).rows;
    const auto partition = RowPartition::even(rows, 1, ranks.size());
    const RowRange own = partition.of(ranks.rank());
    const auto& element = ExchangeTrial::element;
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
