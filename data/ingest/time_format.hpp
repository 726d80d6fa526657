#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "data/ingest/timestamp.hpp"

namespace alster {

/// The option --time-format: how the times of a log are written.
///
///   ""                   found for each time (parse_time)
///   s, ms, us, ns        numbers since 1970 in this unit
///   "%m/%d/%Y %H:%M"     a pattern of strptime(), in English, with %f for a fraction of a second and %Z for the name
///   of
///                        a zone (UTC, GMT or Z); without a zone the time is UTC
class TimeFormat {
public:
    TimeFormat() = default;

    /// Errors: usage (64) for what is neither a unit nor a pattern with a year, and for %s, %c, %x, %X and %+.
    [[nodiscard]] static TimeFormat parse(const std::string& text);

    [[nodiscard]] std::optional<Timestamp> read(std::string_view text) const;

    /// True where each time is looked at by itself.
    [[nodiscard]] bool automatic() const { return unit_ == TimeUnit::unknown; }

private:
    [[nodiscard]] std::optional<Timestamp> read_pattern(std::string_view text) const;

    TimeUnit unit_ = TimeUnit::unknown;
    std::string pattern_ = {};  // for TimeUnit::text
};

}  // namespace alster
