#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/attributes.hpp"

namespace alster {

/// One column of a file of items or users that was asked for.
struct ItemColumn {
    std::string name;   // "id", "title", "genres", or any other
    std::string place;  // a position from 0, the name of a header's column, or a JSON key ("info.title")
    std::optional<AttributeType> type;  // where one was named
    char set = '\0';                    // what separates the parts of a set; '\0': it is none
    bool set_was_named = false;         // and not taken to be '|'
};

/// The options --item-columns and --user-columns: "id=0,title=3,genres=5:set:;,released=date:time", by position or by
/// name, with a type behind each where it is not text.
class ItemColumnSpec {
public:
    ItemColumnSpec() = default;

    /// Errors: usage (64), naming `option`, for a missing '=', a column that is given twice, or no id. "" is allowed.
    [[nodiscard]] static ItemColumnSpec parse(std::string_view text, const char* option = "--item-columns");

    [[nodiscard]] bool empty() const { return columns_.empty(); }
    [[nodiscard]] const std::vector<ItemColumn>& columns() const { return columns_; }

    /// True where all places are numbers.
    [[nodiscard]] bool by_position() const;

private:
    std::vector<ItemColumn> columns_;
};

/// The option that names the columns of this side's file, for messages.
[[nodiscard]] constexpr const char* columns_option(Side side)
{
    return side == Side::items ? "--item-columns" : "--user-columns";
}

/// A place as a position; nothing where it is a name.
[[nodiscard]] std::optional<std::size_t> position_of(std::string_view place);

}  // namespace alster
