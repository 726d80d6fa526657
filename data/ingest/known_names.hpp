#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/event_columns.hpp"

namespace alster {

/// The column that others call so, by names in any case, with or without _, - and blanks, also typed as
/// "user_id:token": "userId" and "USER_ID" are one.
[[nodiscard]] std::optional<EventColumn> known_column(std::string_view name);

/// What a column of an items file is: "id", "title" or "genres". Where two mean the same, the smaller order wins.
struct KnownItemName {
    std::string_view column;
    int order = 0;
};

[[nodiscard]] std::optional<KnownItemName> known_item_column(std::string_view name);

/// True for the names that can be nothing but an item's id: "item", "item_id", "iid".
[[nodiscard]] bool is_item_name(std::string_view name);

/// The name in lower case without _, -, blanks and the type behind a colon.
[[nodiscard]] std::string plain_name(std::string_view name);

}  // namespace alster
