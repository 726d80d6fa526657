#include "host/evaluate/user_values.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "data/ingest/split_plan.hpp"
#include "host/evaluate/measured_users.hpp"

namespace alster {

namespace {

/// The values of all ranks, in rank order, on rank 0.
template <class T>
std::vector<T> gather(const Communicator& ranks, std::vector<T> mine)
{
    std::vector<std::vector<T>> to(static_cast<std::size_t>(ranks.size()));
    to[0] = std::move(mine);
    std::vector<T> all;
    for (auto& part : ranks.all_to_all(to)) std::ranges::move(part, std::back_inserter(all));
    return all;
}

std::size_t position_of(const std::string& metric)
{
    const auto found = std::ranges::find(ranking_metrics, std::string_view(metric));
    if (found == ranking_metrics.end())
        throw Error(ExitCode::usage, "--metric {}: give one of {}", metric, fmt::join(ranking_metrics, ", "));
    return static_cast<std::size_t>(found - ranking_metrics.begin());
}

std::vector<double> of_metric(const UserScores& scores, std::size_t metric)
{
    std::vector<double> values;
    for (const auto& score : scores.scores) values.push_back(score[metric]);
    return values;
}

std::vector<UserFacts> facts_of(const MeasuredUsers& users, std::span<const Row> measured, const LongTail& tail)
{
    std::vector<UserFacts> facts;
    for (const Row user : measured) {
        UserFacts one{.user = users.rows.first + user, .key = users.keys[user]};
        std::int64_t in_tail = 0;
        for (Offset n = users.seen.offsets[user]; n < users.seen.offsets[user + 1]; ++n) {
            if (!users.seen.positive(n)) continue;
            one.history += 1;
            in_tail += std::int64_t{tail.has(users.seen.columns[n])};
        }
        if (one.history > 0) one.tail_share = static_cast<double>(in_tail) / static_cast<double>(one.history);
        facts.push_back(one);
    }
    return facts;
}

void add_notes(const ServedModel& served, UserValues& result)
{
    for (const auto& line : {served.warning(), served.note()})
        if (!line.empty()) result.notes.push_back(line);
}

/// Measures popularity by the dataset of a model, and what tells the users apart.
void measure_popularity(ServedModel& served, const MeasuredUsers& users, const RankingTask& task, std::size_t metric,
                        UserValues& result)
{
    const Communicator& ranks = served.ranks();
    const Popularity& popularity = served.popularity();
    const LongTail tail(popularity.counts());
    UserScores scores;
    (void)evaluate_ranking(ranks, task, popularity_ranker(popularity), &scores);
    const auto facts = gather(ranks, facts_of(users, scores.users, tail));
    for (const auto& one : facts) result.keys.push_back(one.key);
    result.slices = slice_users(facts, tail.share());
    result.systems.push_back({"popularity", gather(ranks, of_metric(scores, metric))});
    if (const auto leak = leak_of_split(served.dataset().info().split); !leak.empty()) result.notes.push_back(leak);
}

}  // namespace

std::filesystem::path model_of(const std::filesystem::path& run)
{
    return std::filesystem::is_directory(run) ? run / "model.h5" : run;
}

UserValues measure_users(const Communicator& ranks, const UserValueOptions& options)
{
    const std::size_t metric = position_of(options.metric);
    UserValues result{.metric = fmt::format("{}@{}", options.metric, options.k)};
    for (const auto& run : options.runs) {
        ServedModel served(ranks, {model_of(run), options.data, options.backend, options.threads});
        if (served.dataset().info().held_out == 0)
            throw Error(ExitCode::bad_data,
                        "{}: nothing is held out to measure on; prepare it with --split or --test, and train again",
                        options.data.string());
        require_one_unit(options.relevance, served.dataset());
        const MeasuredUsers users(served);
        const Interactions excluded = excluded_items(users.seen);
        const RankingTask task = ranking_task(served, users, excluded, {options.k}, options.relevance);
        if (result.systems.empty()) measure_popularity(served, users, task, metric, result);
        UserScores scores;
        const auto report = evaluate_ranking(ranks, task, as_served(served, users), &scores);
        if (report.users == 0)
            throw Error(ExitCode::bad_data, "{}: no user has a relevant held-out item that lists do not exclude",
                        options.data.string());
        result.systems.push_back({run.string(), gather(ranks, of_metric(scores, metric))});
        add_notes(served, result);
    }
    return result;
}

}  // namespace alster
