#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/ingest/event_columns.hpp"

namespace alster {

/// What a field names where it is a known name: known_column(), soon done with nearly all ids.
[[nodiscard]] std::optional<EventColumn> named_column(std::string_view field);

/// True for a name that goes before others of the same column: "user_id" beside "user" is the id.
[[nodiscard]] bool is_id_name(std::string_view name);

/// Of two names of one column, whether the first is surely meant: user_id before user, unixReviewTime before reviewTime.
[[nodiscard]] bool outranks(std::string_view name, std::string_view other);

/// True for a name that is known and stands in headers only: "user_id" or "timestamp", not "user" or "date", which a
/// log could have as ids.
[[nodiscard]] bool is_telling_name(std::string_view name);

/// True where the fields name a user and an item at least.
[[nodiscard]] bool names_user_and_item(std::span<const std::string_view> fields);

/// The positions of the known columns of a header. Errors: bad_data (65) with `where`, the header and what to write,
/// where two columns could be the same, or user or item is missing.
[[nodiscard]] ColumnPositions known_positions(std::span<const std::string_view> header, std::string_view where);

/// "--columns user=uid,item=NAME": what to write for a header, as far as it is known.
[[nodiscard]] std::string columns_to_write(std::span<const std::string_view> header);

}  // namespace alster
