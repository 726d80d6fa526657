#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace alster {

using Row = std::int64_t;     // a user or an item, as a row number
using Column = std::int32_t;  // a row number of the other side inside an interaction: 2^31 is checked when made
using Offset = std::int64_t;  // a position among stored interactions

/// Consecutive rows [first, last).
struct RowRange {
    Row first = 0;
    Row last = 0;

    [[nodiscard]] constexpr Row size() const { return last - first; }
    [[nodiscard]] constexpr bool empty() const { return last <= first; }
    friend constexpr bool operator==(const RowRange&, const RowRange&) = default;
};

/// What the events of a user with an item were, as bits: a stored interaction has those of all of its events.
using Roles = std::uint8_t;
inline constexpr Roles consumed_role = 1;  // watched, bought, rated
inline constexpr Roles disliked_role = 2;
inline constexpr Roles shown_role = 4;  // an impression
inline constexpr Roles all_roles = consumed_role | disliked_role | shown_role;

/// Interactions of consecutive rows of one side, compressed by row (CSR).
/// Row r of the range holds entries offsets[r] … offsets[r + 1) with ascending columns.
struct Interactions {
    std::vector<Offset> offsets = {0};  // (rows + 1), offsets[0] = 0
    std::vector<Column> columns;        // (entries)
    std::vector<float> values;          // (entries): rating, or summed strength of the events
    std::vector<float> confidences;     // (entries), or empty: every confidence is 1
    std::vector<float> preferences;     // (entries), or empty: every preference is 1
    std::vector<Roles> roles = {};      // (entries), or empty: every interaction was consumed, and nothing else

    [[nodiscard]] Row rows() const { return static_cast<Row>(offsets.size()) - 1; }
    [[nodiscard]] Offset entries() const { return offsets.back(); }
    [[nodiscard]] Offset entries(Row r) const { return offsets[r + 1] - offsets[r]; }
    [[nodiscard]] std::span<const Column> columns_of(Row r) const
    {
        return std::span(columns).subspan(offsets[r], entries(r));
    }
    [[nodiscard]] Roles roles_of(Offset entry) const { return roles.empty() ? consumed_role : roles[entry]; }
    [[nodiscard]] float preference_of(Offset entry) const { return preferences.empty() ? 1.0F : preferences[entry]; }

    /// Whether the user took the item and did not turn against it: what popularity counts and lists should find.
    [[nodiscard]] bool positive(Offset entry) const
    {
        return (roles_of(entry) & consumed_role) != 0 && preference_of(entry) > 0;
    }
};

/// Empties it and gives its memory back, which `= {}` does not.
template <class T>
void release(std::vector<T>& values)
{
    std::vector<T>().swap(values);
}

/// The two sides of the matrix. The *solved* side is the one whose factors a half-step finds, the other is *fixed*.
enum class Side { users, items };

[[nodiscard]] constexpr Side other(Side side) { return side == Side::users ? Side::items : Side::users; }
[[nodiscard]] constexpr const char* name(Side side) { return side == Side::users ? "users" : "items"; }
[[nodiscard]] constexpr const char* singular(Side side) { return side == Side::users ? "user" : "item"; }

}  // namespace alster
