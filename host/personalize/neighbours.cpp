#include "host/personalize/neighbours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

/// (width, width) of rows of norm 1.
std::vector<double> gramian_of(const HostMatrix& directions)
{
    const Row width = directions.width;
    ExactSum sum(static_cast<std::size_t>(width * (width + 1) / 2),
                 static_cast<double>(std::max<Row>(directions.rows, 1)));
    CpuBackend().gramian(directions, sum);
    const auto packed = sum.values();
    std::vector<double> gramian;
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b < width; ++b) gramian.push_back(packed[triangle_index(std::max(a, b), std::min(a, b))]);
    return gramian;
}

/// Histories of one item each.
Interactions each_alone(std::span<const std::int32_t> items)
{
    Interactions histories;
    for (const auto item : items) {
        histories.columns.push_back(item);
        histories.offsets.push_back(static_cast<Offset>(histories.columns.size()));
    }
    return histories;
}

}  // namespace

Neighbours::Neighbours(ServedModel& served, Eligibility* eligibility)
    : row_(served.info().items, -1), eligibility_(eligibility)
{
    const ModelInfo& info = served.info();
    directions_.width = info.factors;
    directions_.values.reserve(static_cast<std::size_t>(served.items().items().size()) *
                               static_cast<std::size_t>(info.factors));
    for (const std::int32_t i : served.items().items()) {
        const float* y = served.items().factors(i);
        double squares = 0;
        for (Row a = 0; a < info.factors; ++a) squares += static_cast<double>(y[a]) * y[a];
        const double norm = std::sqrt(squares);
        if (norm == 0) continue;
        row_[i] = static_cast<std::int32_t>(item_.size());
        item_.push_back(i);
        for (Row a = 0; a < info.factors; ++a) directions_.values.push_back(static_cast<float>(y[a] / norm));
    }
    directions_.rows = static_cast<Row>(item_.size());
    classes_.emplace(eligibility, item_);
    scorer_ = served.scorers().make(directions_.table());
}

void Neighbours::blend_with(const NeighbourTerm& term, double mu)
{
    const auto row = [this](std::int32_t item) { return row_[item]; };
    blend_.emplace(term, mu, ScoreSpread(directions_.table(), std::ssize(row_), gramian_of(directions_)), row);
}

std::string Neighbours::formula() const
{
    const char* cosine = "cosine of the items' latent factors";
    return blend_ ? blend_formula(cosine, *blend_) : cosine;
}

TopK Neighbours::lists(std::span<const Row> items, Row k, std::int32_t user_class)
{
    const std::vector<std::int32_t> seeds(items.begin(), items.end());
    const std::vector<std::int32_t> class_of(items.size(), user_class);
    Interactions nothing;
    nothing.offsets.resize(items.size() + 1);
    return lists(seeds, nothing, class_of, k);
}

TopK Neighbours::lists(std::span<const std::int32_t> items, const Interactions& excluded,
                       std::span<const std::int32_t> class_of, Row k)
{
    HostMatrix queries(std::ssize(items), directions_.width);
    Interactions rows;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto own = row_[items[n]];
        const auto first = std::ssize(rows.columns);
        for (const Column item : excluded.columns_of(static_cast<Row>(n)))
            if (row_[item] >= 0 && row_[item] != own) rows.columns.push_back(row_[item]);
        if (own >= 0) {
            std::copy_n(directions_.row(own), directions_.width, queries.row(static_cast<Row>(n)));
            rows.columns.insert(std::lower_bound(rows.columns.begin() + first, rows.columns.end(), own), own);
        }
        rows.offsets.push_back(std::ssize(rows.columns));
    }
    CandidateFilter filter{.excluded = &rows};
    classes_->apply(class_of, filter);
    const ScoreAddends added = blend_ ? blend_->addends(queries.table(), each_alone(items)) : ScoreAddends();
    TopK result = scorer_({queries.table(), blend_ ? &added : nullptr}, filter, k);
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto list = std::span(result.items).subspan(n * k, result.filled[n]);
        const bool mentioned = !eligibility_ || eligibility_->items().at(class_of[n], items[n]);
        if (row_[items[n]] >= 0 && mentioned)
            std::ranges::transform(list, list.begin(), [&](auto row) { return item_[row]; });
        else
            result.clear(static_cast<Row>(n));
    }
    return result;
}

std::string no_neighbours(const ServedModel& served, Row item)
{
    if (!served.has_dataset()) return "nothing was learned of it, so no neighbours";
    const auto offsets = served.dataset().offsets(Part::train, Side::items, {item, item + 1});
    const Offset interactions = offsets[1] - offsets[0];
    if (interactions == 0) return "no interactions in training, so no neighbours";
    return fmt::format(
        "nothing was learned from its {} interaction{}, none of which says that it is liked, so no "
        "neighbours",
        interactions, interactions == 1 ? "" : "s");
}

}  // namespace alster
