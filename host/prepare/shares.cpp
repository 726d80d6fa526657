#include "host/prepare/shares.hpp"

#include <algorithm>
#include <bit>

#include "data/error.hpp"

namespace alster {

/// Rank 0 looks and tells: a log that grows meanwhile must not be cut in two ways.
std::vector<FilePart> share_of_input(const Communicator& ranks, const std::vector<std::string>& paths, Records records,
                                     Cut cut)
{
    if (ranks.size() > 1 && std::ranges::count(paths, "-") > 0)
        throw Error(ExitCode::usage, "standard input (-) is read by one rank only: give a file, or start one rank");
    std::vector<InputFile> files(paths.size());
    if (ranks.leads()) files = inspect_inputs(paths, records);
    std::vector<std::int64_t> facts;
    for (const auto& file : files) {
        facts.push_back(static_cast<std::int64_t>(file.bytes));
        facts.push_back(file.divisible);
    }
    ranks.broadcast(facts);
    for (std::size_t f = 0; f < files.size(); ++f) {
        files[f].bytes = static_cast<std::uint64_t>(facts[2 * f]);
        files[f].divisible = facts[2 * f + 1] != 0 && cut == Cut::anywhere;
    }
    return parts_of(files, ranks.rank(), ranks.size());
}

Row rows_per_share_chunk(Row rows)
{
    constexpr Row most_chunks = Row{1} << 21;
    return static_cast<Row>(std::bit_ceil(static_cast<std::uint64_t>((rows + most_chunks - 1) / most_chunks)));
}

RowPartition partition_by_records(const Communicator& ranks, std::span<const EventRecord> records, Side side, Row rows)
{
    const Row chunk = rows_per_share_chunk(rows);
    if (ranks.size() == 1) return RowPartition::even(rows, chunk, 1);
    const int shift = std::countr_zero(static_cast<std::uint64_t>(chunk));
    std::vector<std::int64_t> counts((rows + chunk - 1) / chunk);
    for (const auto& record : records) ++counts[(side == Side::users ? record.user : record.item) >> shift];
    ranks.sum(counts);
    std::vector<double> costs;
    for (const auto count : counts) costs.push_back(static_cast<double>(count + chunk));
    return {rows, chunk, costs, ranks.size()};
}

}  // namespace alster
