#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/event_columns.hpp"

namespace alster {

/// What a name that others use for a column means. Where two of a header's
/// names mean the same, the smaller order wins.
struct KnownName {
    EventColumn column = EventColumn::user;
    int order = 0;
};

/// By names in any case, with or without _, - and blanks, also typed as
/// "user_id:token": "userId" and "USER_ID" are one.
[[nodiscard]] std::optional<KnownName> known_column(std::string_view name);

/// What a column of an items file is: "id", "title" or "genres".
struct KnownItemName {
    std::string_view column;
    int order = 0;
};

[[nodiscard]] std::optional<KnownItemName> known_item_column(std::string_view name);

/// The name in lower case without _, -, blanks and the type behind a colon.
[[nodiscard]] std::string plain_name(std::string_view name);

}  // namespace alster
