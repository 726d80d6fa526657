#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace alster {

/// What a column of a log can hold; user and item are always needed.
enum class EventColumn { user, item, value, time, event, confidence, event_id };
inline constexpr std::size_t event_columns = 7;

/// For each EventColumn the position of its field in a line, from 0; -1: not there.
using ColumnPositions = std::array<int, event_columns>;

/// For each EventColumn what a header names it; "": it is not there.
using HeaderNames = std::array<std::string, event_columns>;

/// "user", "item" and so on, as --columns has them.
[[nodiscard]] std::string_view name(EventColumn column);

/// User, item and, where a line has so many fields, value and time, in this order.
[[nodiscard]] ColumnPositions default_positions(std::size_t fields);

/// The option --columns: "user=0,item=1,time=3" or, by the names of a header or of JSON keys,
/// "user=userId,item=movieId".
class ColumnSpec {
public:
    /// Errors: usage (64) for an unknown column, one named twice, a missing '=', no user or no item. "" is allowed.
    [[nodiscard]] static ColumnSpec parse(std::string_view text);

    /// True where nothing was asked for.
    [[nodiscard]] bool empty() const { return empty_; }

    /// What stands for a column: a position, a name, or nothing.
    [[nodiscard]] const std::string& operator[](EventColumn column) const
    {
        return at_[static_cast<std::size_t>(column)];
    }

    [[nodiscard]] bool has(EventColumn column) const { return !(*this)[column].empty(); }

    /// True where all columns are given as numbers.
    [[nodiscard]] bool by_position() const;

    /// The positions, for columns given as numbers.
    [[nodiscard]] ColumnPositions positions() const;

    /// The positions of columns given by the names of a header. Errors: bad_data (65) with `where` and what the header
    /// has.
    [[nodiscard]] ColumnPositions positions(std::span<const std::string_view> header, std::string_view where) const;

private:
    bool empty_ = true;
    std::array<std::string, event_columns> at_;
};

}  // namespace alster
