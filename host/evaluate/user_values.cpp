#include "host/evaluate/user_values.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>
#include <string_view>

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "data/ingest/split_plan.hpp"
#include "data/list_file.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/evaluate/list_file_ranker.hpp"
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

std::vector<UserFacts> facts_of(const DatasetUsers& users, std::span<const Row> measured, const LongTail& tail)
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

/// More values than that are not looked at one by one.
constexpr Row most_labels = 100;

/// Users of this rank by one of their attributes: its values, and which one each of them has.
UserSlices by_attribute(const std::string& name, const AttributeColumn& column, std::span<const Row> measured)
{
    const bool taken = name == "activity" || name == "taste";
    UserSlices slices{.name = taken ? "attribute " + name : name, .labels = {"false", "true"}, .label_of = {}};
    if (column.type == AttributeType::category) {
        slices.labels.clear();
        for (Row n = 0; n < column.vocabulary.rows(); ++n) slices.labels.emplace_back(column.vocabulary[n]);
    }
    for (const Row user : measured) {
        const bool given = column.given(user);
        const bool category = column.type == AttributeType::category;
        slices.label_of.push_back(!given ? -1 : category ? column.codes[user] : std::int32_t{column.truths[user]});
    }
    return slices;
}

bool holds_lists(const std::filesystem::path& path)
{
    if (std::filesystem::is_directory(path)) return false;
    return Hdf5File::open(path, serial_access(), Verify::nothing).text_attribute("/", "format") == "alster-lists";
}

/// The dataset, if anything can be measured on it.
DatasetReader open_to_measure(const UserValueOptions& options, const FileAccess& access)
{
    DatasetReader dataset(options.data, access);
    require_one_unit(options.relevance, dataset);
    if (dataset.info().held_out == 0)
        throw Error(ExitCode::bad_data,
                    "{}: nothing is held out to measure on; prepare it with --split or --test, and train again",
                    options.data.string());
    return dataset;
}

/// Measures one way to make lists after the other.
class Measuring {
public:
    Measuring(const Communicator& ranks, const UserValueOptions& options)
        : ranks_(ranks),
          options_(options),
          access_(ranks),
          dataset_(open_to_measure(options, access_)),
          metric_(position_of(options.metric)),
          users_(ranks, dataset_),
          excluded_(excluded_items(users_.seen)),
          task_(ranking_task(dataset_, users_, excluded_, {options.k}, options.relevance))
    {
        result_.metric = fmt::format("{}@{}", options.metric, options.k);
        if (const auto leak = leak_of_split(dataset_.info().split); !leak.empty()) result_.notes.push_back(leak);
    }

    /// First: it says what tells the users apart, too.
    void measure_popularity()
    {
        const Popularity popularity(positive_counts(ranks_, dataset_));
        const LongTail tail(popularity.counts());
        const UserScores scores = add("popularity", popularity_ranker(popularity));
        const auto facts = gather(ranks_, facts_of(users_, scores.users, tail));
        for (const auto& one : facts) result_.keys.push_back(one.key);
        result_.slices = slice_users(facts, tail.share());
        slice_by_attributes(scores.users);
    }

    void measure(const std::filesystem::path& run)
    {
        if (holds_lists(run)) {
            const ListFileRanker lists(run, dataset_, users_.rows, options_.k);
            (void)add(run.string(), lists.ranker());
            return;
        }
        ServedModel served(ranks_, {model_of(run), options_.data, options_.backend, options_.threads});
        for (const auto& line : {served.warning(), served.note()})
            if (!line.empty()) result_.notes.push_back(line);
        const MeasuredUsers users(served);
        (void)add(run.string(), as_served(served, users));
    }

    [[nodiscard]] UserValues result() { return std::move(result_); }

private:
    /// By each category and truth that is known of users.
    void slice_by_attributes(std::span<const Row> measured)
    {
        for (const auto& [name, type] : dataset_.attribute_types(Side::users)) {
            if (type != AttributeType::category && type != AttributeType::boolean) continue;
            UserSlices slices = by_attribute(name, dataset_.attribute(Side::users, name, users_.rows), measured);
            if (std::ssize(slices.labels) > most_labels) {
                result_.notes.push_back(fmt::format("users are not told apart by {}: it has {} values, more than {}",
                                                    name, slices.labels.size(), most_labels));
                continue;
            }
            slices.label_of = gather(ranks_, std::move(slices.label_of));
            result_.slices.push_back(std::move(slices));
        }
    }

    UserScores add(const std::string& name, const Ranker& ranker)
    {
        UserScores scores;
        if (evaluate_ranking(ranks_, task_, ranker, &scores).users == 0)
            throw Error(ExitCode::bad_data, "{}: no user has a relevant held-out item that lists do not exclude",
                        options_.data.string());
        result_.systems.push_back({name, gather(ranks_, of_metric(scores, metric_))});
        return scores;
    }

    const Communicator& ranks_;
    const UserValueOptions& options_;
    ParallelFileAccess access_;
    DatasetReader dataset_;
    std::size_t metric_;
    DatasetUsers users_;
    Interactions excluded_;
    RankingTask task_;
    UserValues result_;
};

}  // namespace

std::filesystem::path model_of(const std::filesystem::path& run)
{
    return std::filesystem::is_directory(run) ? run / "model.h5" : run;
}

UserValues measure_users(const Communicator& ranks, const UserValueOptions& options)
{
    Measuring measuring(ranks, options);
    measuring.measure_popularity();
    for (const auto& run : options.runs) measuring.measure(run);
    return measuring.result();
}

}  // namespace alster
