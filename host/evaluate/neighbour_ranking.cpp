#include "host/evaluate/neighbour_ranking.hpp"

#include <algorithm>

#include "host/personalize/walk.hpp"

namespace alster {

namespace {

Interactions some_rows(const Interactions& all, std::span<const Row> rows)
{
    Interactions some;
    for (const Row row : rows) {
        const auto columns = all.columns_of(row);
        some.columns.insert(some.columns.end(), columns.begin(), columns.end());
        some.offsets.push_back(static_cast<Offset>(some.columns.size()));
    }
    return some;
}

/// The k best scores of a row, but for excluded items.
void put_best(const SparseScores& scores, Row row, std::span<const Column> excluded, TopK& lists, Row list)
{
    std::vector<Scored> found;
    for (Offset n = scores.offsets[row]; n < scores.offsets[row + 1]; ++n)
        if (!std::ranges::binary_search(excluded, scores.items[n]))
            found.push_back({static_cast<float>(scores.values[n]), scores.items[n]});
    const auto filled = std::min<std::ptrdiff_t>(lists.k, std::ssize(found));
    std::partial_sort(found.begin(), found.begin() + filled, found.end());
    for (Row n = 0; n < filled; ++n) {
        lists.items[list * lists.k + n] = found[n].item;
        lists.scores[list * lists.k + n] = found[n].score;
    }
    lists.filled[list] = static_cast<std::int32_t>(filled);
}

/// Those beside the model are taken unasked, but not of another dataset.
std::unique_ptr<NeighbourTerm> find_term(const ServedModel& served, const BlendOptions& options)
{
    const auto file = neighbours_of(served, options);
    const bool asked = options.mu > 0 || !options.neighbours.empty();
    if (!asked && !NeighbourTerm::fits(served, file)) return nullptr;
    return std::make_unique<NeighbourTerm>(served, file);
}

}  // namespace

Ranker neighbour_ranker(const NeighbourTerm& term, const Interactions& histories)
{
    return [&](std::span<const Row> wanted, const Interactions& excluded, Row k) {
        TopK lists(std::ssize(wanted), k);
        for (Row first = 0; first < lists.rows(); first += rows_with_addends) {
            const auto some = wanted.subspan(first, std::min(rows_with_addends, lists.rows() - first));
            const SparseScores scores = term.scores(some_rows(histories, some));
#pragma omp parallel for schedule(dynamic, 16)
            for (Row n = 0; n < std::ssize(some); ++n)
                put_best(scores, n, excluded.columns_of(first + n), lists, first + n);
        }
        return lists;
    };
}

AddendsOf addends_of(const Blend& blend, const Interactions& histories)
{
    return [&](FactorTable queries, std::span<const Row> users) {
        return blend.addends(queries, some_rows(histories, users));
    };
}

EvaluatedNeighbours::EvaluatedNeighbours(ServedModel& served, const BlendOptions& options, const Interactions& seen)
    : items_(served.items()), mu_(options.mu), term_(find_term(served, options))
{
    if (!term_) return;
    histories_ = positive_items(seen);
    if (mu_ > 0) blend_ = std::make_unique<Blend>(blend_for_users(served, *term_, mu_));
}

AddendsOf EvaluatedNeighbours::addends() const { return blend_ ? addends_of(*blend_, histories_) : nullptr; }

std::optional<NeighbourReports> EvaluatedNeighbours::measure(const Communicator& ranks, const RankingTask& task,
                                                             const Popularity& popularity) const
{
    if (!term_) return std::nullopt;
    const Ranker item_item = served_ranker(neighbour_ranker(*term_, histories_), popularity, task.learned);
    return NeighbourReports{.words = term_->words(), .item_item = evaluate_ranking(ranks, task, item_item)};
}

double EvaluatedNeighbours::addend(FactorTable users, Row user, Row item) const
{
    if (!blend_) return 0;
    if (user != last_user_) {
        const FactorTable one{users.values.subspan(user * users.width, users.width), 1, users.width};
        last_ = blend_->addends(one, some_rows(histories_, std::span(&user, 1)));
        last_user_ = user;
    }
    const auto row = items_.row(static_cast<std::int32_t>(item));
    return row < 0 ? 0 : static_cast<double>(last_.of(0, row));
}

}  // namespace alster
