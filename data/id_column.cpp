#include "data/id_column.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

namespace alster {

std::optional<std::int64_t> canonical_number(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    const auto digits = text.substr(text.front() == '-');
    if (digits.front() == '0' && text.size() > 1) return std::nullopt;  // "07", "-0"
    return number;
}

std::string_view TextColumn::operator[](Row r) const
{
    const char* first = bytes.data() + static_cast<std::size_t>(r) * width;
    return {first, strnlen(first, width)};
}

TextColumn TextColumn::from(const std::vector<std::string>& values, std::size_t width)
{
    TextColumn column{.width = width, .bytes = {}};
    for (const auto& value : values) column.width = std::max(column.width, value.size());
    column.bytes.resize(values.size() * column.width);
    for (std::size_t r = 0; r < values.size(); ++r)
        std::copy(values[r].begin(), values[r].end(),
                  column.bytes.begin() + static_cast<std::ptrdiff_t>(r * column.width));
    return column;
}

IdColumn IdColumn::with_rows(IdKind kind, std::size_t width, Row rows)
{
    IdColumn ids{.kind = kind, .numbers = {}, .texts = {}};
    if (kind == IdKind::int64)
        ids.numbers.resize(rows);
    else
        ids.texts = {.width = width, .bytes = std::vector<char>(width * static_cast<std::size_t>(rows))};
    return ids;
}

std::span<std::byte> IdColumn::bytes()
{
    return kind == IdKind::int64 ? std::as_writable_bytes(std::span(numbers))
                                 : std::as_writable_bytes(std::span(texts.bytes));
}

std::span<const std::byte> IdColumn::bytes_of(Row r) const
{
    if (kind == IdKind::int64) return std::as_bytes(std::span(numbers).subspan(r, 1));
    return std::as_bytes(std::span(texts.bytes)).subspan(static_cast<std::size_t>(r) * texts.width, texts.width);
}

void IdColumn::assign(Row r, std::span<const std::byte> id)
{
    std::ranges::copy(id, bytes().subspan(static_cast<std::size_t>(r) * id_bytes()).begin());
}

bool IdColumn::append(std::string_view text)
{
    if (kind == IdKind::int64) {
        const auto number = canonical_number(text);
        if (number) numbers.push_back(*number);
        return number.has_value();
    }
    if (text.size() > texts.width) return false;
    texts.bytes.insert(texts.bytes.end(), text.begin(), text.end());
    texts.bytes.resize(texts.bytes.size() + texts.width - text.size());
    return true;
}

std::size_t IdColumn::text_width() const
{
    if (kind == IdKind::text) return texts.width;
    const auto [least, most] = std::minmax_element(numbers.begin(), numbers.end());
    return numbers.empty() ? 1 : std::max(std::to_string(*least).size(), std::to_string(*most).size());
}

IdColumn IdColumn::as_text(std::size_t width) const
{
    IdColumn result = with_rows(IdKind::text, width, rows());
    auto place = result.texts.bytes.begin();
    for (Row r = 0; r < rows(); ++r, place += static_cast<std::ptrdiff_t>(width)) {
        const auto value = text(r);
        std::copy(value.begin(), value.end(), place);
    }
    return result;
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
    const auto number = canonical_number(id);  // 03 is another id than 3, as where the log is read
    if (!number) return std::nullopt;
    return binary_search(order_, *number, [&](Row r) { return ids_.numbers[r]; });
}

}  // namespace alster
