#include "host/evaluate/ranking.hpp"

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

#include "kernels/backend.hpp"

namespace alster {

namespace {

constexpr std::uint64_t bootstrap_seed = 1;

/// Held-out items of a user that can be found.
std::vector<Column> relevant_items(const RankingTask& task, Row u)
{
    const auto held_out = task.holdout.columns_of(u);
    const auto seen = task.seen.columns_of(u);
    std::vector<Column> relevant;
    for (std::size_t n = 0; n < held_out.size(); ++n)
        if (task.holdout.values[task.holdout.offsets[u] + n] >= task.relevant_from &&
            !std::ranges::binary_search(seen, held_out[n]))
            relevant.push_back(held_out[n]);
    return relevant;
}

/// Users of whole chunks, those chunks left out in which nobody has relevant items. Whole ones, since a row's place in
/// its block may decide the last bit of its scores.
struct Batch {
    std::vector<Row> users;
    std::vector<std::vector<Column>> relevant;
    Interactions seen;

    void add(const RankingTask& task, RowRange chunk)
    {
        std::vector<std::vector<Column>> found;
        for (Row u = chunk.first; u < chunk.last; ++u) found.push_back(relevant_items(task, u));
        if (std::ranges::all_of(found, [](const auto& items) { return items.empty(); })) return;
        std::ranges::move(found, std::back_inserter(relevant));
        for (Row u = chunk.first; u < chunk.last; ++u) {
            users.push_back(u);
            const auto columns = task.seen.columns_of(u);
            seen.columns.insert(seen.columns.end(), columns.begin(), columns.end());
            seen.offsets.push_back(static_cast<Offset>(seen.columns.size()));
        }
    }
};

/// For each item the best place it has in any list: it is covered at k where that is below k.
class Coverage {
public:
    explicit Coverage(Row items) : best_(items, std::numeric_limits<std::int32_t>::max()) {}

    void add(std::span<const std::int32_t> list)
    {
        for (std::size_t n = 0; n < list.size(); ++n)
            best_[list[n]] = std::min(best_[list[n]], static_cast<std::int32_t>(n));
    }

    /// Share of the items that some rank's lists cover at k. Collective.
    [[nodiscard]] double over(const Communicator& ranks, Row k) const
    {
        std::string bits((best_.size() + 7) / 8, '\0');
        for (std::size_t i = 0; i < best_.size(); ++i)
            if (best_[i] < k) bits[i / 8] = static_cast<char>(bits[i / 8] | (1 << i % 8));
        std::string joined(bits.size(), '\0');
        for (const auto& other : ranks.all_gather(bits))
            for (std::size_t n = 0; n < joined.size(); ++n) joined[n] = static_cast<char>(joined[n] | other[n]);
        Row covered = 0;
        for (const char byte : joined) covered += std::popcount(static_cast<unsigned char>(byte));
        return best_.empty() ? 0 : static_cast<double>(covered) / static_cast<double>(best_.size());
    }

private:
    std::vector<std::int32_t> best_;
};

void add_user(const RankingTask& task, const Batch& batch, const TopK& lists, Row n, UserMeans& means)
{
    const auto& relevant = batch.relevant[n];
    if (relevant.empty()) return;
    const auto hits = find_hits(lists.items_of(n), relevant);
    std::vector<double> values;
    for (const Row k : task.ks) {
        const auto scores = ranking_scores(hits, static_cast<Row>(relevant.size()), k);
        values.insert(values.end(), scores.begin(), scores.end());
    }
    means.add(task.rows.first + batch.users[n], values);
}

void add_batch(const RankingTask& task, const Batch& batch, const TopK& lists, UserMeans& means, Coverage& coverage)
{
    const auto users = static_cast<Row>(batch.users.size());
#pragma omp parallel
    {
        UserMeans mine = means.zero();
#pragma omp for schedule(dynamic)
        for (Row first = 0; first < users; first += rows_per_chunk) {
            for (Row n = first; n < std::min(first + rows_per_chunk, users); ++n) add_user(task, batch, lists, n, mine);
            mine.end_chunk();
        }
#pragma omp critical
        means.add(mine);
    }
    for (Row n = 0; n < users; ++n)
        if (!batch.relevant[n].empty()) coverage.add(lists.items_of(n));
}

RankingReport make_report(const RankingTask& task, const Means& means)
{
    RankingReport report{.users = means.users, .ks = task.ks, .means = {}, .low = {}, .high = {}, .coverage = {}};
    constexpr auto width = static_cast<std::ptrdiff_t>(ranking_metrics.size());
    const auto at = [&](const std::vector<double>& values, std::size_t k) {
        RankingScores scores;
        std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(k) * width, width, scores.begin());
        return scores;
    };
    for (std::size_t k = 0; k < task.ks.size(); ++k) {
        report.means.push_back(at(means.values, k));
        report.low.push_back(at(means.low, k));
        report.high.push_back(at(means.high, k));
    }
    return report;
}

}  // namespace

Ranker model_ranker(FactorTable users, Scorer items)
{
    return [users, items = std::move(items)](std::span<const Row> wanted, const Interactions& seen, Row k) {
        HostMatrix queries(static_cast<Row>(wanted.size()), users.width);
        for (std::size_t n = 0; n < wanted.size(); ++n)
            std::copy_n(users.row(wanted[n]), users.width, queries.row(static_cast<Row>(n)));
        return items(queries.table(), &seen, k);
    };
}

Ranker popularity_ranker(const Popularity& popularity)
{
    return [&](std::span<const Row> wanted, const Interactions& seen, Row k) {
        return popularity.lists(&seen, static_cast<Row>(wanted.size()), k);
    };
}

Measurement RankingReport::measurement(const char* metric, Row k) const
{
    const auto m = static_cast<std::size_t>(std::ranges::find(ranking_metrics, std::string_view(metric)) -
                                            ranking_metrics.begin());
    const auto n = static_cast<std::size_t>(std::ranges::find(ks, k) - ks.begin());
    return {means.at(n).at(m), low.at(n).at(m), high.at(n).at(m), users};
}

RankingReport evaluate_ranking(const Communicator& ranks, const RankingTask& task, const Ranker& ranker)
{
    UserMeans means(ranking_metrics.size() * task.ks.size(), task.users, bootstrap_seed);
    Coverage coverage(task.items);
    const Row most = rows_per_batch(task.ks.back());
    for (Row first = 0; first < task.rows.size();) {
        Batch batch;
        for (; std::ssize(batch.users) < most && first < task.rows.size(); first += rows_per_chunk)
            batch.add(task, {first, std::min(first + rows_per_chunk, task.rows.size())});
        if (batch.users.empty()) continue;
        add_batch(task, batch, ranker(batch.users, batch.seen, task.ks.back()), means, coverage);
    }
    RankingReport report = make_report(task, means.over(ranks));
    for (const Row k : task.ks) report.coverage.push_back(coverage.over(ranks, k));
    return report;
}

}  // namespace alster
