#include "host/publish/vector_table.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr Row block_bytes = Row{16} << 20;

bool says_something(std::uint8_t status)
{
    return status != static_cast<std::uint8_t>(RowStatus::prior_only) &&
           status != static_cast<std::uint8_t>(RowStatus::erased);
}

/// Those of the marked rows, moved together.
void keep_marked(std::span<const std::uint8_t> marked, Row width, std::vector<float>& values)
{
    auto kept = values.begin();
    for (std::size_t n = 0; n < marked.size(); ++n)
        if (marked[n] != 0) kept = std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(n) * width, width, kept);
    values.erase(kept, values.end());
}

IdColumn marked_ids(std::span<const std::uint8_t> marked, const IdColumn& ids)
{
    IdColumn kept = IdColumn::with_rows(ids.kind, ids.texts.width, std::ranges::count_if(marked, std::identity()));
    Row n = 0;
    for (std::size_t row = 0; row < marked.size(); ++row)
        if (marked[row] != 0) kept.assign(n++, ids.bytes_of(static_cast<Row>(row)));
    return kept;
}

}  // namespace

VectorTable::VectorTable(const ModelReader& model, Side side, VectorKind kind, bool all_rows, const ItemLabels* labels)
    : model_(model),
      side_(side),
      kind_(kind),
      labels_(labels),
      learned_(model.status(side, {0, model.rows(side)})),
      all_rows_(all_rows),
      width_(model.info().width + (kind == VectorKind::ann_cosine ? 1 : 0))
{
    for (auto& status : learned_) status = static_cast<std::uint8_t>(says_something(status));
    rows_ = all_rows_ ? std::ssize(learned_) : std::ranges::count(learned_, 1);
    const IdColumn sample = model_.ids(side_, {0, 0});
    id_kind_ = sample.kind;
    id_width_ = sample.texts.width;
}

std::vector<float> VectorTable::values(RowRange rows) const
{
    if (kind_ == VectorKind::factors) return model_.factors(side_, rows);
    if (side_ == Side::items) return model_.file().read_rows<float>("/items/ann_cosine", rows);
    const auto factors = model_.factors(side_, rows);
    std::vector<float> longer(static_cast<std::size_t>(rows.size() * width_));
    for (Row n = 0; n < rows.size(); ++n)
        std::copy_n(factors.begin() + n * (width_ - 1), width_ - 1, longer.begin() + n * width_);
    return longer;
}

void VectorTable::each(const std::function<void(const VectorRows&)>& visit, bool ids_only) const
{
    const Row step = std::max<Row>(1, block_bytes / (width_ * Row{sizeof(float)}));
    Row done = 0;
    for (Row first = 0; first < std::ssize(learned_); first += step) {
        const RowRange range{first, std::min(first + step, std::ssize(learned_))};
        std::vector<std::uint8_t> marked(static_cast<std::size_t>(range.size()), 1);
        if (!all_rows_) marked.assign(learned_.begin() + range.first, learned_.begin() + range.last);
        std::vector<Row> rows;
        for (Row row = range.first; row < range.last; ++row)
            if (marked[row - range.first] != 0) rows.push_back(row);
        if (rows.empty()) continue;
        std::vector<float> vectors = ids_only ? std::vector<float>() : values(range);
        if (!ids_only && std::ssize(rows) < range.size()) keep_marked(marked, width_, vectors);
        const IdColumn ids = marked_ids(marked, model_.ids(side_, range));
        visit({.first = done, .rows = rows, .ids = ids, .values = vectors});
        done += std::ssize(rows);
    }
}

std::vector<float> VectorTable::sample(Row most) const
{
    std::vector<Row> learned;
    for (Row row = 0; row < std::ssize(learned_); ++row)
        if (learned_[row] != 0) learned.push_back(row);
    const Row taken = std::min(most, std::ssize(learned));
    std::vector<float> sampled;
    for (Row n = 0; n < taken; ++n) {
        const Row row = learned[n * std::ssize(learned) / taken];
        const auto vector = values({row, row + 1});
        sampled.insert(sampled.end(), vector.begin(), vector.end());
    }
    return sampled;
}

}  // namespace alster
