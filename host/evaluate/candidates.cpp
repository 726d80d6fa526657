#include "host/evaluate/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "data/error.hpp"
#include "data/ingest/line_source.hpp"
#include "distributed/reproducible_sum.hpp"
#include "kernels/backend.hpp"

namespace alster {

namespace {

/// Splits one line; `where` names it in errors.
class LineReader {
public:
    LineReader(std::string_view text, std::string where) : rest_(text), where_(std::move(where)) {}

    /// What stands before the next `end`, which is passed over; the last field ends with the line where `end` is a tab.
    std::string_view field(char end)
    {
        const auto at = rest_.find(end);
        if (at == std::string_view::npos && end != '\t') refuse();
        const std::string_view text = rest_.substr(0, at);
        rest_ = at == std::string_view::npos ? std::string_view() : rest_.substr(at + 1);
        if (text.empty()) refuse();
        return text;
    }

    void expect(char c)
    {
        if (!rest_.starts_with(c)) refuse();
        rest_.remove_prefix(1);
    }

    [[nodiscard]] bool done() const { return rest_.empty(); }

    [[noreturn]] void refuse() const
    {
        throw Error(ExitCode::bad_data,
                    "{}: not a line of the form (user,positive)<tab>negative<tab>negative…; see alster evaluate --help",
                    where_);
    }

private:
    std::string_view rest_;
    std::string where_;
};

CandidateList read_line(LineReader line, const IdLookup& users, const IdLookup& items, CandidateFile& file)
{
    CandidateList list;
    const auto add_item = [&](std::string_view id) {
        list.items.push_back(items.find(id).value_or(-1));
        file.unknown_items += list.items.back() < 0;
    };
    line.expect('(');
    list.user = users.find(line.field(',')).value_or(-1);
    file.unknown_users += list.user < 0;
    add_item(line.field(')'));
    line.expect('\t');
    while (!line.done()) add_item(line.field('\t'));
    if (list.items.size() < 2) line.refuse();
    return list;
}

/// Place of the positive, from 1.
Row place_of_positive(const CandidateList& list, Row user, const PairScore& score)
{
    const double positive = score(user, list.items[0]);
    return 1 + std::count_if(list.items.begin() + 1, list.items.end(),
                             [&](Row item) { return score(user, item) >= positive; });
}

/// Sums by user over its lists. Those of unknown users have a row of their own in front of the first: one chunk more on
/// rank 0.
struct CandidateSums {
    std::vector<double> reciprocal;
    std::vector<std::vector<double>> hits;   // by k
    std::vector<std::vector<double>> gains;  // by k
    std::vector<double> lists;

    CandidateSums(std::size_t rows, std::size_t ks)
        : reciprocal(rows), hits(ks, reciprocal), gains(ks, reciprocal), lists(rows)
    {
    }

    void add(Row slot, Row place, std::span<const Row> ks)
    {
        lists[slot] += 1;
        reciprocal[slot] += 1 / static_cast<double>(place);
        for (std::size_t n = 0; n < ks.size(); ++n) {
            if (place > ks[n]) continue;
            hits[n][slot] += 1;
            gains[n][slot] += 1 / std::log2(static_cast<double>(place) + 1);
        }
    }

    void clear(Row slot)
    {
        lists[slot] = reciprocal[slot] = 0;
        for (auto* by_k : {&hits, &gains})
            for (auto& values : *by_k) values[slot] = 0;
    }
};

CandidateMeans means_of(const Communicator& ranks, Row users, const CandidateSums& sums)
{
    const auto sum = [&](const std::vector<double>& values) {
        return reproducible_sum(ranks, values, users + rows_per_chunk, rows_per_chunk);
    };
    CandidateMeans means{.lists = static_cast<Offset>(sum(sums.lists))};
    const auto mean = [&](const std::vector<double>& values) {
        return means.lists == 0 ? 0.0 : sum(values) / static_cast<double>(means.lists);
    };
    for (const auto& values : sums.hits) means.hit_rate.push_back(mean(values));
    for (const auto& values : sums.gains) means.ndcg.push_back(mean(values));
    means.mrr = mean(sums.reciprocal);
    return means;
}

}  // namespace

CandidateFile read_candidates(const std::string& path, const IdColumn& users, const IdColumn& items)
{
    const IdLookup user_rows(users);
    const IdLookup item_rows(items);
    CandidateFile file;
    LineSource source({path});
    Line line;
    while (source.next(line)) {
        if (line.text.empty()) continue;
        file.lists.push_back(
            read_line({line.text, fmt::format("{}:{}", path, line.number)}, user_rows, item_rows, file));
    }
    if (file.lists.empty()) throw Error(ExitCode::bad_data, "{}: no candidate lists, the file is empty", path);
    return file;
}

CandidateReport evaluate_candidates(const Communicator& ranks, const CandidateTask& task, const PairScore& score)
{
    const Row lead = ranks.leads() ? rows_per_chunk : 0;
    CandidateSums sums(static_cast<std::size_t>(lead + task.rows.size()), task.ks.size());
    for (const auto& list : task.lists) {
        const bool mine = list.user < 0 ? ranks.leads() : list.user >= task.rows.first && list.user < task.rows.last;
        if (!mine) continue;
        const Row user = list.user < 0 ? -1 : list.user - task.rows.first;
        sums.add(user < 0 ? 0 : lead + user, place_of_positive(list, user, score), task.ks);
    }
    CandidateReport report{.ks = task.ks, .all = means_of(ranks, task.users, sums), .with_history = {}};
    if (lead > 0) sums.clear(0);
    for (std::size_t u = 0; u < task.learned.size(); ++u)
        if (task.learned[u] == 0) sums.clear(lead + static_cast<Row>(u));
    report.with_history = means_of(ranks, task.users, sums);
    return report;
}

}  // namespace alster
