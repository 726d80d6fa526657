#include "host/update/cleared_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/error.hpp"
#include "data/printable.hpp"
#include "data/tombstones.hpp"

namespace alster {

namespace {

/// The codes of the values that are still used, −1 for the others.
std::vector<std::int32_t> kept_codes(const AttributeColumn& before, const AttributeColumn& after,
                                     std::vector<std::string>& kept)
{
    const auto used_by = [&](const AttributeColumn& column) {
        std::vector<std::uint8_t> used(static_cast<std::size_t>(before.vocabulary.rows()));
        for (const auto code : column.codes)
            if (code != no_code) used[code] = 1;
        return used;
    };
    const auto was_used = used_by(before), is_used = used_by(after);
    std::vector<std::int32_t> codes(was_used.size(), no_code);
    for (std::size_t n = 0; n < codes.size(); ++n) {
        if (was_used[n] != 0 && is_used[n] == 0) continue;
        codes[n] = static_cast<std::int32_t>(kept.size());
        kept.emplace_back(before.vocabulary[static_cast<Row>(n)]);
    }
    return codes;
}

void clear_sets(AttributeColumn& column, const ClearedRows& cleared)
{
    std::vector<std::int32_t> codes;
    std::vector<Offset> offsets{0};
    for (Row r = 0; r + 1 < std::ssize(column.offsets); ++r) {
        if (!cleared.at(r))
            codes.insert(codes.end(), column.codes.begin() + column.offsets[r],
                         column.codes.begin() + column.offsets[r + 1]);
        offsets.push_back(std::ssize(codes));
    }
    column.codes = std::move(codes);
    column.offsets = std::move(offsets);
}

void clear_row(AttributeColumn& column, Row row)
{
    const auto r = static_cast<std::size_t>(row);
    if (!column.codes.empty()) column.codes[r] = no_code;
    if (!column.numbers.empty()) column.numbers[r] = std::numeric_limits<double>::quiet_NaN();
    if (!column.times.empty()) column.times[r] = no_time;
    if (!column.truths.empty()) column.truths[r] = no_truth;
    const auto text = column.texts.bytes.begin() + static_cast<std::ptrdiff_t>(r * column.texts.width);
    if (!column.texts.bytes.empty()) std::fill_n(text, column.texts.width, '\0');
}

}  // namespace

ClearedRows rows_to_clear(const IdColumn& all, const std::vector<std::string>& ids, std::vector<std::uint8_t>& found)
{
    ClearedRows cleared{.marks = std::vector<std::uint8_t>(static_cast<std::size_t>(all.rows()))};
    if (ids.empty()) return cleared;
    const IdLookup lookup(all);
    for (std::size_t n = 0; n < ids.size(); ++n) {
        if (all.kind == IdKind::int64 && all.rows() > 0 && !canonical_number(ids[n]))
            throw Error(ExitCode::bad_data,
                        "'{}' is no id of a file whose ids are numbers: write them as in 42, not 42.0",
                        printable(ids[n]));
        const auto row = lookup.find(ids[n]);
        if (!row) continue;
        found[n] = 1;
        if (is_erased(all, *row, *row) || cleared.marks[*row] != 0) continue;
        cleared.marks[*row] = 1;
        ++cleared.count;
    }
    return cleared;
}

IdColumn with_erased_ids(const IdColumn& ids, const ClearedRows& cleared)
{
    if (cleared.count == 0) return ids;
    const bool texts = ids.kind == IdKind::text;
    const std::size_t width = texts ? std::max(ids.texts.width, erased_id(ids.kind, ids.rows()).size()) : 0;
    IdColumn result = texts ? ids.as_text(width) : ids;
    const IdLookup lookup(ids);
    for (Row r = 0; r < ids.rows(); ++r) {
        if (!cleared.at(r)) continue;
        const std::string id = erased_id(ids.kind, r);
        if (lookup.find(id))
            throw Error(ExitCode::bad_data,
                        "'{}' is somebody's id already, and what an erased row would be called: erase it as well", id);
        if (!texts) {
            result.numbers[r] = *canonical_number(id);
            continue;
        }
        const auto place = result.texts.bytes.begin() + static_cast<std::ptrdiff_t>(r * static_cast<Row>(width));
        std::fill_n(place, width, '\0');
        std::ranges::copy(id, place);
    }
    return result;
}

AttributeColumn without(const AttributeColumn& column, const ClearedRows& cleared)
{
    if (cleared.count == 0) return column;
    AttributeColumn result = column;
    if (column.type == AttributeType::set)
        clear_sets(result, cleared);
    else
        for (Row r = 0; r < column.rows(); ++r)
            if (cleared.at(r)) clear_row(result, r);
    if (column.type != AttributeType::set && column.type != AttributeType::category) return result;
    std::vector<std::string> kept;
    const auto codes = kept_codes(column, result, kept);
    if (std::ssize(kept) == column.vocabulary.rows()) return result;
    result.vocabulary = TextColumn::from(kept);
    for (auto& code : result.codes)
        if (code != no_code) code = codes[code];
    return result;
}

PopularItems without(const PopularItems& popular, const ClearedRows& items)
{
    PopularItems kept;
    for (std::size_t n = 0; n < popular.items.size(); ++n) {
        if (items.at(popular.items[n])) continue;
        kept.items.push_back(popular.items[n]);
        kept.counts.push_back(popular.counts[n]);
    }
    return kept;
}

}  // namespace alster
