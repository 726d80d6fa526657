#include "host/model/learned_items.hpp"

#include <algorithm>

#include "host/model/learned.hpp"

namespace alster {

LearnedItems::LearnedItems(const ModelReader& model)
    : LearnedItems(model.factors(Side::items, {0, model.info().items}), model.info().width,
                   model.info().objective == "explicit", model.status(Side::items, {0, model.info().items}))
{
}

LearnedItems::LearnedItems(std::vector<float> factors, Row width, bool is_explicit,
                           std::span<const std::uint8_t> status)
    : width_(width), factors_(std::move(factors)), row_(factors_.size() / static_cast<std::size_t>(width), -1)
{
    constexpr auto mapped = static_cast<std::uint8_t>(RowStatus::mapped_from_features);
    auto kept = factors_.begin();
    for (Row i = 0; i < std::ssize(row_); ++i) {
        const auto row = std::span<const float>(factors_).subspan(i * width_, width_);
        if ((!status.empty() && status[i] == mapped) || !has_learned(Side::items, row, is_explicit)) {
            others_.push_back(static_cast<std::int32_t>(i));
            continue;
        }
        row_[i] = static_cast<std::int32_t>(item_.size());
        item_.push_back(static_cast<std::int32_t>(i));
        kept = std::copy(row.begin(), row.end(), kept);
    }
    factors_.erase(kept, factors_.end());
}

FactorTable LearnedItems::table() const { return {factors_, static_cast<Row>(item_.size()), width_}; }

Interactions LearnedItems::rows_of(const Interactions& items) const
{
    Interactions rows;
    for (Row r = 0; r < items.rows(); ++r) {
        for (const Column item : items.columns_of(r))
            if (row_[item] >= 0) rows.columns.push_back(row_[item]);
        rows.offsets.push_back(static_cast<Offset>(rows.columns.size()));
    }
    return rows;
}

}  // namespace alster
