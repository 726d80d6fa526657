#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/event_columns.hpp"
#include "data/interactions.hpp"

namespace alster {

/// The column that others call so, by names in any case, with or without _, - and blanks, also typed as
/// "user_id:token": "userId" and "USER_ID" are one.
[[nodiscard]] std::optional<EventColumn> known_column(std::string_view name);

/// What a column of a file of items is: "id", "title" or "genres"; of users: "id". Where two mean the same, the smaller
/// order wins.
struct KnownDescription {
    std::string_view column;
    int order = 0;
};

[[nodiscard]] std::optional<KnownDescription> known_description(Side side, std::string_view name);

/// True for the names that can be nothing but the id of this side: "item", "item_id", "iid"; "user", "user_id", "uid".
[[nodiscard]] bool is_name_of_id(Side side, std::string_view name);

/// The name in lower case without _, -, blanks and the type behind a colon.
[[nodiscard]] std::string plain_name(std::string_view name);

}  // namespace alster
