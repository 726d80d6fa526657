#include "data/ingest/id_index.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20;
constexpr std::int64_t small_numbers = std::int64_t{1}
                                       << 22;  // 16 MiB at most; a hash table costs 24 bytes an id and more misses

}  // namespace

IdIndex::IdIndex(const char* what, const IdColumn& ids) : IdIndex(what, ids.kind)
{
    for (Row r = 0; r < ids.rows(); ++r) {
        if (kind_ == IdKind::int64)
            keep_number(ids.numbers[r], static_cast<Column>(r));
        else
            static_cast<void>(text_row(ids.texts[r]));
    }
}

/// The finalizer of MurmurHash3: ids are often multiples of something, and the table takes the low bits.
std::size_t IdIndex::NumberHash::operator()(std::int64_t number) const noexcept
{
    auto bits = static_cast<std::uint64_t>(number);
    bits = (bits ^ (bits >> 33)) * 0xff51afd7ed558ccdULL;
    bits = (bits ^ (bits >> 33)) * 0xc4ceb9fe1a85ec53ULL;
    return bits ^ (bits >> 33);
}

Column IdIndex::next_row() const
{
    const Row row = rows();
    if (row == std::numeric_limits<Column>::max())
        throw Error(ExitCode::bad_data, "more than 2147483647 {}: alster counts them in 31 bits", what_);
    return static_cast<Column>(row);
}

Column IdIndex::row(std::string_view id)
{
    if (kind_ == IdKind::text) return text_row(id);
    const auto number = canonical_number(id);
    if (!number) {
        turn_into_text();
        return text_row(id);
    }
    if (const auto found = find_number(*number)) return *found;
    const Column row = next_row();
    keep_number(*number, row);
    return row;
}

std::optional<Column> IdIndex::find_number(std::int64_t number) const
{
    if (number >= 0 && number < static_cast<std::int64_t>(row_of_small_.size())) {
        const Column row = row_of_small_[number];
        return row < 0 ? std::nullopt : std::optional(row);
    }
    const auto found = row_of_number_.find(number);
    return found == row_of_number_.end() ? std::nullopt : std::optional(found->second);
}

void IdIndex::keep_number(std::int64_t number, Column row)
{
    numbers_.push_back(number);
    if (number < 0 || number >= small_numbers) {
        row_of_number_.emplace(number, row);
        return;
    }
    const auto size = static_cast<std::size_t>(number) + 1;
    if (size > row_of_small_.size()) row_of_small_.resize(std::bit_ceil(size), -1);
    row_of_small_[number] = row;
}

Column IdIndex::text_row(std::string_view id)
{
    if (const auto found = row_of_text_.find(id); found != row_of_text_.end()) return found->second;
    const Column row = next_row();
    const std::string_view kept = keep(id);
    row_of_text_.emplace(kept, row);
    texts_.push_back(kept);
    return row;
}

void IdIndex::turn_into_text()
{
    kind_ = IdKind::text;
    for (const std::int64_t number : numbers_) static_cast<void>(text_row(std::to_string(number)));
    row_of_small_ = {};
    row_of_number_ = {};
    numbers_ = {};
}

std::string_view IdIndex::keep(std::string_view text)
{
    if (blocks_.empty() || room_ < text.size()) {
        blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size));
        room_ = block_size;
    }
    char* place = blocks_.back().get() + (block_size - room_);
    std::copy(text.begin(), text.end(), place);
    room_ -= text.size();
    return {place, text.size()};
}

std::optional<Column> IdIndex::find(std::string_view id) const
{
    if (kind_ == IdKind::text) {
        const auto found = row_of_text_.find(id);
        return found == row_of_text_.end() ? std::nullopt : std::optional(found->second);
    }
    const auto number = canonical_number(id);
    return number ? find_number(*number) : std::nullopt;
}

IdColumn IdIndex::column() const
{
    IdColumn column{.kind = kind_, .numbers = numbers_, .texts = {}};
    if (kind_ == IdKind::int64) return column;
    auto& texts = column.texts;
    for (const auto id : texts_) texts.width = std::max(texts.width, id.size());
    texts.bytes.resize(texts_.size() * texts.width);
    auto place = texts.bytes.begin();
    for (const auto id : texts_) {
        std::copy(id.begin(), id.end(), place);
        place += static_cast<std::ptrdiff_t>(texts.width);
    }
    return column;
}

}  // namespace alster
