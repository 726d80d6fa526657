#include "host/personalize/walk.hpp"

#include <algorithm>

#include "data/id_hash.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/machine/utc_now.hpp"
#include "host/machine/version.hpp"
#include "kernels/cpu/item_walk.hpp"

namespace alster {

namespace {

/// Keeps `limit` items of a user, ascending: those with the smallest hashes.
void sample(std::vector<Column>& items, Row user, const NeighbourOptions& options)
{
    const std::uint64_t stream = mixed_bits(mixed_bits(options.seed) ^ static_cast<std::uint64_t>(user));
    const auto key = [&](Column item) { return mixed_bits(stream ^ static_cast<std::uint64_t>(item)); };
    const auto limit = static_cast<std::ptrdiff_t>(options.history_limit);
    std::ranges::nth_element(items, items.begin() + limit - 1, {}, [&](Column i) { return std::pair(key(i), i); });
    items.resize(options.history_limit);
    std::ranges::sort(items);
}

/// Appends the history of one user.
void add_history(std::span<const Column> items, Row user, const NeighbourOptions& options, WalkedHistories& to)
{
    const auto n = static_cast<double>(items.size());
    const auto limit = static_cast<double>(options.history_limit);
    to.interactions += std::ssize(items);
    for (const Column item : items) ++to.histories.counts[item];
    std::vector<Column> kept(items.begin(), items.end());
    double step = items.empty() ? 0 : 1 / n;
    if (n > limit) {
        sample(kept, user, options);
        step = (n - 1) / (limit * (limit - 1));
        ++to.sampled_users;
    }
    Interactions& rows = to.histories.rows;
    rows.columns.insert(rows.columns.end(), kept.begin(), kept.end());
    rows.offsets.push_back(static_cast<Offset>(rows.columns.size()));
    to.histories.steps.push_back(step);
}

/// The items that this rank walks from: of about the same cost, Σ over an item's users of the lengths of their
/// histories.
RowRange own_sources(const Communicator& ranks, const Histories& histories)
{
    std::vector<double> costs(histories.counts.size(), 1.0);
    for (Row v = 0; v < histories.rows.rows(); ++v)
        for (const Column item : histories.rows.columns_of(v))
            costs[item] += static_cast<double>(histories.rows.entries(v));
    return RowPartition(std::ssize(costs), 1, costs, ranks.size()).of(ranks.rank());
}

}  // namespace

Interactions positive_items(const Interactions& rows)
{
    Interactions positive;
    for (Row r = 0; r < rows.rows(); ++r) {
        for (Offset n = rows.offsets[r]; n < rows.offsets[r + 1]; ++n)
            if (rows.positive(n)) positive.columns.push_back(rows.columns[n]);
        positive.offsets.push_back(static_cast<Offset>(positive.columns.size()));
    }
    return positive;
}

WalkedHistories read_histories(const DatasetReader& dataset, const NeighbourOptions& options)
{
    constexpr Row slice = 16'384;
    WalkedHistories walked;
    walked.histories.counts.resize(dataset.info().items);
    walked.histories.rows.columns.reserve(dataset.info().interactions);
    for (Row first = 0; first < dataset.info().users; first += slice) {
        const RowRange users{first, std::min(first + slice, dataset.info().users)};
        const Interactions positive = positive_items(dataset.interactions(Part::train, Side::users, users));
        for (Row u = 0; u < users.size(); ++u) add_history(positive.columns_of(u), first + u, options, walked);
    }
    return walked;
}

NeighbourInfo make_neighbours(const Communicator& ranks, const DatasetReader& dataset, const NeighbourOptions& options,
                              const std::filesystem::path& path)
{
    const auto lock = lock_output(ranks, path);
    const WalkedHistories walked = read_histories(dataset, options);
    const RowRange own = own_sources(ranks, walked.histories);
    const ItemWalk walk = cpu_item_walk(walked.histories, options.rule, own);
    NeighbourInfo info{.items = dataset.info().items,
                       .neighbours = ranks.sum(walk.entries()),
                       .interactions = walked.interactions,
                       .b = options.rule.b,
                       .most = options.rule.most,
                       .history_limit = options.history_limit,
                       .sampled_users = walked.sampled_users,
                       .seed = static_cast<std::int64_t>(options.seed),
                       .fingerprint = dataset.info().fingerprint,
                       .created_utc = utc_now(ranks, "{:%Y-%m-%dT%H:%M:%SZ}"),
                       .tool_version = version()};
    const IdColumn ids = dataset.ids(Side::items, own);
    const std::size_t id_bytes = ids.kind == IdKind::int64 ? 0 : ids.texts.width;
    const ParallelFileAccess access(ranks);
    write_neighbours(path, info, ids, id_bytes, {walk.offsets, walk.items, walk.weights}, access);
    return info;
}

}  // namespace alster
