#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "data/ingest/timestamp.hpp"

namespace alster {

/// What the times of a log are like, by which a wrong unit or column shows.
struct TimeStatistics {
    std::array<std::int64_t, time_units> events = {};                  // by the form of their times
    Milliseconds earliest = std::numeric_limits<Milliseconds>::max();  // of known times
    Milliseconds latest = 0;
    bool below_a_minute = false;  // some time is no whole minute

    void add(const Timestamp& time)
    {
        ++events[static_cast<std::size_t>(time.unit)];
        if (time.time == 0) return;
        if (time.time < earliest) earliest = time.time;
        if (time.time > latest) latest = time.time;
        if (time.time % 60'000 != 0) below_a_minute = true;
    }
};

/// Error: bad_data (65) where numbers of several units lie before 1990: then magnitude does not tell the unit.
void check_times(const TimeStatistics& times);

/// What is hardly meant, one line each: the newest time before 1990 or in the future, all times equal, more than a
/// tenth unknown, several units. `now` in milliseconds; `named`: a column of times was asked for.
[[nodiscard]] std::vector<std::string> time_warnings(const TimeStatistics& times, Milliseconds now, bool named);

}  // namespace alster
