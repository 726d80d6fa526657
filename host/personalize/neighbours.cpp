#include "host/personalize/neighbours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace alster {

Neighbours::Neighbours(ServedModel& served, Eligibility* eligibility)
    : row_(served.info().items, -1), eligibility_(eligibility)
{
    const ModelInfo& info = served.info();
    const auto factors = served.model().factors(Side::items, {0, info.items});
    directions_.width = info.factors;
    for (Row i = 0; i < info.items; ++i) {
        const float* y = factors.data() + i * info.width;
        double squares = 0;
        for (Row a = 0; a < info.factors; ++a) squares += static_cast<double>(y[a]) * y[a];
        const double norm = std::sqrt(squares);
        if (norm == 0) continue;
        row_[i] = static_cast<std::int32_t>(item_.size());
        item_.push_back(static_cast<std::int32_t>(i));
        for (Row a = 0; a < info.factors; ++a) directions_.values.push_back(static_cast<float>(y[a] / norm));
    }
    directions_.rows = static_cast<Row>(item_.size());
    classes_.emplace(eligibility, item_);
    scorer_ = served.scorers().make(directions_.table());
}

TopK Neighbours::lists(std::span<const Row> items, Row k, std::int32_t user_class)
{
    HostMatrix queries(static_cast<Row>(items.size()), directions_.width);
    Interactions itself;
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto row = row_[items[n]];
        if (row >= 0) {
            std::copy_n(directions_.row(row), directions_.width, queries.row(static_cast<Row>(n)));
            itself.columns.push_back(row);
        }
        itself.offsets.push_back(static_cast<Offset>(itself.columns.size()));
    }
    const std::vector<std::int32_t> class_of(items.size(), user_class);
    CandidateFilter filter{.excluded = &itself};
    classes_->apply(class_of, filter);
    TopK result = scorer_(queries.table(), filter, k);
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto list = std::span(result.items).subspan(n * k, result.filled[n]);
        const bool mentioned = !eligibility_ || eligibility_->items().at(user_class, items[n]);
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
