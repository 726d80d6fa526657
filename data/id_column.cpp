#include "data/id_column.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

namespace alster {

std::string_view TextColumn::operator[](Row r) const
{
    const char* first = bytes.data() + static_cast<std::size_t>(r) * width;
    return {first, strnlen(first, width)};
}

TextColumn TextColumn::from(const std::vector<std::string>& values)
{
    TextColumn column;
    for (const auto& value : values) column.width = std::max(column.width, value.size());
    column.bytes.resize(values.size() * column.width);
    for (std::size_t r = 0; r < values.size(); ++r)
        std::copy(values[r].begin(), values[r].end(),
                  column.bytes.begin() + static_cast<std::ptrdiff_t>(r * column.width));
    return column;
}

Row IdColumn::rows() const { return kind == IdKind::int64 ? static_cast<Row>(numbers.size()) : texts.rows(); }

std::string IdColumn::text(Row r) const
{
    return kind == IdKind::int64 ? std::to_string(numbers[r]) : std::string(texts[r]);
}

std::vector<Row> IdColumn::order() const
{
    std::vector<Row> order(rows());
    std::iota(order.begin(), order.end(), Row{0});
    if (kind == IdKind::int64)
        std::sort(order.begin(), order.end(), [&](Row a, Row b) { return numbers[a] < numbers[b]; });
    else
        std::sort(order.begin(), order.end(), [&](Row a, Row b) { return texts[a] < texts[b]; });
    return order;
}

namespace {

template <class Value, class Key>
std::optional<Row> binary_search(const std::vector<Row>& order, const Value& value, Key key)
{
    const auto at =
        std::lower_bound(order.begin(), order.end(), value, [&](Row r, const Value& v) { return key(r) < v; });
    if (at == order.end() || key(*at) != value) return std::nullopt;
    return *at;
}

}  // namespace

std::optional<Row> IdLookup::find(std::string_view id) const
{
    if (ids_.kind == IdKind::text) return binary_search(order_, id, [&](Row r) { return ids_.texts[r]; });
    std::int64_t number = 0;
    const auto [end, status] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (status != std::errc() || end != id.data() + id.size()) return std::nullopt;
    return binary_search(order_, number, [&](Row r) { return ids_.numbers[r]; });
}

}  // namespace alster
