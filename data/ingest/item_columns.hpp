#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alster {

/// One column of the items file that was asked for.
struct ItemColumn {
    std::string name;   // "id", "title", "genres", or any other
    std::string place;  // a position from 0, the name of a header's column, or a JSON key ("info.title")
    char set = '\0';    // what separates the parts of a set; '\0': one text
};

/// The option --item-columns: "id=0,title=3,genres=5:set:;", by position or by name. A set is stored with | between its
/// parts.
class ItemColumnSpec {
public:
    ItemColumnSpec() = default;

    /// Errors: usage (64) for a missing '=', a column that is given twice, or no id. "" is allowed.
    [[nodiscard]] static ItemColumnSpec parse(std::string_view text);

    [[nodiscard]] bool empty() const { return columns_.empty(); }
    [[nodiscard]] const std::vector<ItemColumn>& columns() const { return columns_; }

    /// True where all places are numbers.
    [[nodiscard]] bool by_position() const;

private:
    std::vector<ItemColumn> columns_;
};

/// A place as a position; nothing where it is a name.
[[nodiscard]] std::optional<std::size_t> position_of(std::string_view place);

}  // namespace alster
