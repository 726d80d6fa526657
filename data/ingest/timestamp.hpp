#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace alster {

using Milliseconds = std::int64_t;  // since 1970-01-01T00:00:00Z; 0: unknown

/// Reads a time: Unix seconds or, above 1e11, milliseconds, whole or with a fraction; or ISO 8601 ("2026-01-31",
/// "2026-01-31T12:00:00.5Z", "2026-01-31 12:00+02:00"; without a zone it is UTC). Nothing where it is none of these,
/// before 1970, or after 2106 (seconds are kept in 32 bits).
[[nodiscard]] std::optional<Milliseconds> parse_time(std::string_view text);

}  // namespace alster
