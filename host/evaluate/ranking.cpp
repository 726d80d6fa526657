#include "host/evaluate/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>

#include "host/evaluate/ties.hpp"
#include "kernels/backend.hpp"

namespace alster {

namespace {

constexpr std::uint64_t bootstrap_seed = 1;

/// Held-out items of a user that a list should find, and can.
std::vector<Column> relevant_items(const RankingTask& task, Row u)
{
    const Interactions& holdout = task.holdout;
    const auto excluded = task.excluded.columns_of(u);
    std::vector<Column> relevant;
    for (Offset n = holdout.offsets[u]; n < holdout.offsets[u + 1]; ++n)
        if (holdout.positive(n) && holdout.preference_of(n) >= task.relevance.preference_from &&
            holdout.values[n] >= task.relevance.value_from && !std::ranges::binary_search(excluded, holdout.columns[n]))
            relevant.push_back(holdout.columns[n]);
    return relevant;
}

void append_row(const Interactions& from, Row row, Interactions& to)
{
    const auto columns = from.columns_of(row);
    to.columns.insert(to.columns.end(), columns.begin(), columns.end());
    to.offsets.push_back(static_cast<Offset>(to.columns.size()));
}

/// Users of whole chunks, those chunks left out in which nobody has relevant items. Whole ones, since a row's place in
/// its block may decide the last bit of its scores.
struct Batch {
    std::vector<Row> users;
    std::vector<std::vector<Column>> relevant;
    Interactions excluded;

    void add(const RankingTask& task, RowRange chunk)
    {
        std::vector<std::vector<Column>> found;
        for (Row u = chunk.first; u < chunk.last; ++u) found.push_back(relevant_items(task, u));
        if (std::ranges::all_of(found, [](const auto& items) { return items.empty(); })) return;
        std::ranges::move(found, std::back_inserter(relevant));
        for (Row u = chunk.first; u < chunk.last; ++u) {
            users.push_back(u);
            append_row(task.excluded, u, excluded);
        }
    }
};

/// For each k and item the users who surely have it among their first k.
class ItemPlaces {
public:
    ItemPlaces(std::span<const Row> ks, Row items)
        : ks_(ks.begin(), ks.end()), places_(ks.size(), std::vector<std::int64_t>(static_cast<std::size_t>(items)))
    {
    }

    void add(std::span<const std::int32_t> list, std::span<const std::int32_t> worst_place)
    {
        for (std::size_t n = 0; n < ks_.size(); ++n)
            for (std::size_t place = 0; place < list.size(); ++place)
                places_[n][list[place]] += std::int64_t{worst_place[place] < ks_[n]};
    }

    /// Of all ranks' lists, at each k. Collective.
    [[nodiscard]] std::vector<CatalogueUse> over(const Communicator& ranks, const RankingTask& task, Row lists) const
    {
        std::vector<CatalogueUse> uses;
        for (std::size_t n = 0; n < ks_.size(); ++n) {
            auto places = places_[n];
            ranks.sum(places);
            CatalogueUse use{.exposure = {}};
            if (!task.counts.empty()) add_popularity(places, task, use);
            use.exposure = exposure_of(std::move(places), lists, ks_[n]);
            uses.push_back(use);
        }
        return uses;
    }

private:
    static void add_popularity(std::span<const std::int64_t> places, const RankingTask& task, CatalogueUse& use)
    {
        double listed = 0, popularity = 0, consumed = 0, squares = 0;
        for (std::size_t item = 0; item < places.size(); ++item) {
            const auto count = static_cast<double>(task.counts[item]), held = static_cast<double>(places[item]);
            listed += held;
            popularity += held * count;
            consumed += count;
            squares += count * count;
            use.novelty += held * std::log2(static_cast<double>(task.users) / std::max(count, 1.0));
        }
        if (listed > 0) use.novelty /= listed;
        if (listed > 0 && squares > 0) use.pop_lift = popularity / listed / (squares / consumed);
    }

    std::vector<Row> ks_;
    std::vector<std::vector<std::int64_t>> places_;
};

/// What all users' lists are worth.
struct Sums {
    UserMeans all;
    UserMeans without_history;
    ItemPlaces places;
};

/// Lists of a batch, judged.
class BatchLists {
public:
    BatchLists(const RankingTask& task, const Ranker& ranker, const Batch& batch)
        : task_(task), batch_(batch), judged_(batch.users.size())
    {
        const Row length = std::min(k() + 1, task.items);  // the one more tells whether a tie crosses the end
        lists_ = ranker(batch.users, batch.excluded, length);
#pragma omp parallel for schedule(dynamic, rows_per_chunk)
        for (Row n = 0; n < users(); ++n)
            if (!batch.relevant[n].empty()) judged_[n] = judge(list(lists_, n), batch.relevant[n], k());
        look_again(ranker);
    }

    void add_to(Sums& sums) const
    {
#pragma omp parallel
        {
            UserMeans all = sums.all.zero();
            UserMeans without_history = sums.without_history.zero();
#pragma omp for schedule(dynamic)
            for (Row first = 0; first < users(); first += rows_per_chunk) {
                for (Row n = first; n < std::min(first + rows_per_chunk, users()); ++n)
                    add_user(n, all, without_history);
                all.end_chunk();
                without_history.end_chunk();
            }
#pragma omp critical
            {
                sums.all.add(all);
                sums.without_history.add(without_history);
            }
        }
        for (Row n = 0; n < users(); ++n)
            if (!batch_.relevant[n].empty()) sums.places.add(lists_.items_of(n), judged_[n].worst_place);
    }

    void append_to(UserScores& single) const
    {
        for (Row n = 0; n < users(); ++n) {
            if (batch_.relevant[n].empty()) continue;
            single.users.push_back(batch_.users[n]);
            for (const Row k : task_.ks) single.scores.push_back(scores_of(n, k));
        }
    }

private:
    [[nodiscard]] Row k() const { return task_.ks.back(); }
    [[nodiscard]] Row users() const { return std::ssize(batch_.users); }

    [[nodiscard]] RankedList list(const TopK& lists, Row n) const
    {
        return {lists.items_of(n), lists.scores_of(n), lists.filled[n] < lists.k || lists.k == task_.items};
    }

    /// Longer lists for those whose tie crosses the end, in whole chunks.
    void look_again(const Ranker& ranker)
    {
        std::vector<Row> chunks;
        Row longest = 1;
        for (Row n = 0; n < users(); ++n) {
            if (!judged_[n].undecided) continue;
            longest = std::max(longest, std::min(task_.items, k() + std::ssize(batch_.relevant[n])));
            if (const Row chunk = n / rows_per_chunk; chunks.empty() || chunks.back() != chunk) chunks.push_back(chunk);
        }
        const auto at_once = static_cast<std::size_t>(rows_per_batch(longest) / rows_per_chunk);
        for (std::size_t first = 0; first < chunks.size(); first += at_once)
            look_again(ranker, std::span(chunks).subspan(first, std::min(at_once, chunks.size() - first)), longest);
    }

    void look_again(const Ranker& ranker, std::span<const Row> chunks, Row length)
    {
        std::vector<Row> places, wanted;
        Interactions excluded;
        for (const Row chunk : chunks)
            for (Row n = chunk * rows_per_chunk; n < std::min((chunk + 1) * rows_per_chunk, users()); ++n) {
                places.push_back(n);
                wanted.push_back(batch_.users[n]);
                append_row(batch_.excluded, n, excluded);
            }
        const TopK lists = ranker(wanted, excluded, length);
        for (Row n = 0; n < std::ssize(places); ++n)
            if (JudgedList& judged = judged_[places[n]]; judged.undecided)
                judged.hits = judge(list(lists, n), batch_.relevant[places[n]], k()).hits;
    }

    [[nodiscard]] RankingScores scores_of(Row n, Row k) const
    {
        return ranking_scores(judged_[n].hits, std::ssize(batch_.relevant[n]), task_.items - batch_.excluded.entries(n),
                              k);
    }

    void add_user(Row n, UserMeans& all, UserMeans& without_history) const
    {
        if (batch_.relevant[n].empty()) return;
        std::vector<double> values;
        for (const Row k : task_.ks) {
            const auto scores = scores_of(n, k);
            values.insert(values.end(), scores.begin(), scores.end());
        }
        const Row user = batch_.users[n];
        const auto key = task_.keys.empty() ? static_cast<std::uint64_t>(task_.rows.first + user) : task_.keys[user];
        all.add(key, values);
        if (!task_.learned.empty() && task_.learned[user] == 0) without_history.add(key, values);
    }

    const RankingTask& task_;
    const Batch& batch_;
    TopK lists_;
    std::vector<JudgedList> judged_;  // (users)
};

/// From the means over all users, and over those without history, the means over the others.
std::vector<double> means_of_others(const Means& all, const Means& some)
{
    if (some.users == 0) return all.values;
    const auto n = static_cast<double>(all.users), without = static_cast<double>(some.users);
    std::vector<double> means;
    for (std::size_t m = 0; m < all.values.size(); ++m)
        means.push_back(std::max(0.0, (n * all.values[m] - without * some.values[m]) / (n - without)));
    return means;
}

RankingReport make_report(const Communicator& ranks, const RankingTask& task, const Sums& sums)
{
    const Means all = sums.all.over(ranks);
    const Means without = sums.without_history.over(ranks);
    RankingReport report{.users = all.users, .without_history = without.users, .ks = task.ks};
    constexpr auto width = static_cast<std::ptrdiff_t>(ranking_metrics.size());
    const auto by_k = [&](const std::vector<double>& values) {
        std::vector<RankingScores> scores(task.ks.size());
        for (std::size_t k = 0; k < scores.size(); ++k)
            std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(k) * width, width, scores[k].begin());
        return scores;
    };
    report.means = by_k(all.values);
    report.low = by_k(all.low);
    report.high = by_k(all.high);
    if (all.users > without.users) report.with_history = by_k(means_of_others(all, without));
    report.use = sums.places.over(ranks, task, report.users);
    report.replicates = all.replicates;
    return report;
}

}  // namespace

Ranker model_ranker(FactorTable users, Scorer items, AddendsOf addends)
{
    const auto factors_of = [users](std::span<const Row> wanted) {
        HostMatrix queries(static_cast<Row>(wanted.size()), users.width);
        for (std::size_t n = 0; n < wanted.size(); ++n)
            std::copy_n(users.row(wanted[n]), users.width, queries.row(static_cast<Row>(n)));
        return queries;
    };
    if (!addends)
        return [=](std::span<const Row> wanted, const Interactions& excluded, Row k) {
            return items(factors_of(wanted).table(), {.excluded = &excluded}, k);
        };
    return [=](std::span<const Row> wanted, const Interactions& excluded, Row k) {
        TopK lists(std::ssize(wanted), k);
        for (Row first = 0; first < std::ssize(wanted); first += rows_with_addends) {
            const auto some = wanted.subspan(first, std::min(rows_with_addends, std::ssize(wanted) - first));
            Interactions theirs;
            for (Row n = 0; n < std::ssize(some); ++n) append_row(excluded, first + n, theirs);
            const HostMatrix queries = factors_of(some);
            const ScoreAddends added = addends(queries.table(), some);
            const TopK part = items({queries.table(), &added}, {.excluded = &theirs}, k);
            for (Row n = 0; n < part.rows(); ++n) lists.copy_row(part, n, first + n);
        }
        return lists;
    };
}

Ranker popularity_ranker(const Popularity& popularity)
{
    return [&](std::span<const Row> wanted, const Interactions& excluded, Row k) {
        return popularity.lists(&excluded, static_cast<Row>(wanted.size()), k);
    };
}

Ranker served_ranker(Ranker model, const Popularity& popularity, std::span<const std::uint8_t> learned)
{
    return [model = std::move(model), &popularity, learned](std::span<const Row> wanted, const Interactions& excluded,
                                                            Row k) {
        TopK lists = model(wanted, excluded, k);
        std::vector<Row> places;
        Interactions theirs;
        for (Row n = 0; n < std::ssize(wanted); ++n) {
            if (learned[wanted[n]] != 0) continue;
            places.push_back(n);
            append_row(excluded, n, theirs);
        }
        const TopK popular = popularity.lists(&theirs, std::ssize(places), k);
        for (Row n = 0; n < std::ssize(places); ++n) lists.copy_row(popular, n, places[n]);
        return lists;
    };
}

std::size_t RankingReport::place_of(const char* metric, Row k) const
{
    const auto m = std::ranges::find(ranking_metrics, std::string_view(metric)) - ranking_metrics.begin();
    const auto n = std::ranges::find(ks, k) - ks.begin();
    return static_cast<std::size_t>(n * std::ssize(ranking_metrics) + m);
}

Measurement RankingReport::measurement(const char* metric, Row k) const
{
    const auto n = place_of(metric, k) / ranking_metrics.size(), m = place_of(metric, k) % ranking_metrics.size();
    return {means.at(n).at(m), low.at(n).at(m), high.at(n).at(m), users};
}

Measurement RankingReport::gain_over(const RankingReport& other, const char* metric, Row k) const
{
    const std::size_t place = place_of(metric, k);
    std::vector<double> gains;
    for (std::size_t b = 0; b < replicates.size(); ++b)
        gains.push_back(replicates[b].at(place) - other.replicates.at(b).at(place));
    const auto [low_end, high_end] = middle_95(std::move(gains));
    return {measurement(metric, k).value - other.measurement(metric, k).value, low_end, high_end, users};
}

RankingReport evaluate_ranking(const Communicator& ranks, const RankingTask& task, const Ranker& ranker,
                               UserScores* single)
{
    const std::size_t measures = ranking_metrics.size() * task.ks.size();
    Sums sums{{measures, task.users, bootstrap_seed},
              {measures, task.users, bootstrap_seed},
              ItemPlaces(task.ks, task.items)};
    const Row most = rows_per_batch(std::min(task.ks.back() + 1, task.items));
    for (Row first = 0; first < task.rows.size();) {
        Batch batch;
        for (; std::ssize(batch.users) < most && first < task.rows.size(); first += rows_per_chunk)
            batch.add(task, {first, std::min(first + rows_per_chunk, task.rows.size())});
        if (batch.users.empty()) continue;
        const BatchLists lists(task, ranker, batch);
        lists.add_to(sums);
        if (single) lists.append_to(*single);
    }
    return make_report(ranks, task, sums);
}

}  // namespace alster
