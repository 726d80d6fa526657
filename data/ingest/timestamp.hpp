#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace alster {

using Milliseconds = std::int64_t;  // since 1970-01-01T00:00:00Z; 0: unknown

/// In what form a time was written. A log should have one.
enum class TimeUnit : std::uint8_t { unknown, seconds, milliseconds, microseconds, nanoseconds, digits_of_date, text };
inline constexpr std::size_t time_units = 7;
inline constexpr std::array<const char*, time_units> time_unit_names = {
    "unknown", "seconds", "milliseconds", "microseconds", "nanoseconds", "yyyymmdd", "text"};

struct Timestamp {
    Milliseconds time = 0;
    TimeUnit unit = TimeUnit::unknown;  // unknown where the time is 0

    bool operator==(const Timestamp&) const = default;
};

/// Reads a time: Unix seconds or, by magnitude, milliseconds, microseconds or nanoseconds, whole or with a fraction;
/// the digits of a date (yyyymmdd, yyyymmddHHMM[SS[mmm]]); or ISO 8601 ("2026-01-31", "2026/01/31 12:00",
/// "2026-01-31T12:00:00.5Z", "20260131T120000z", "2026-01-31 12:00 +02"; without a zone it is UTC). Nothing where it is
/// none of these, before 1970, or after 2106 (seconds are kept in 32 bits).
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text);

/// True for a number that parse_time() leaves alone: read as nanoseconds it would lie in 1973 to 1975 or around 1990,
/// and as 100 ns since the year 1601 (Windows) or 1 (.NET) it lies between 1970 and 2106.
[[nodiscard]] bool is_ticks(std::string_view text);

/// A number of this unit, which is not guessed. Nothing for what is no number or out of range.
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text, TimeUnit unit);

/// Nothing where the time lies before 1970 or after 2106.
[[nodiscard]] std::optional<Milliseconds> in_range_of_times(Milliseconds time);

}  // namespace alster
