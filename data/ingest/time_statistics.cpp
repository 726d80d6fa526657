#include "data/ingest/time_statistics.hpp"

#include <fmt/chrono.h>

#include <ctime>
#include <numeric>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr Milliseconds start_of_1990 = 631'152'000'000;
constexpr Milliseconds day = 86'400'000;

std::string date(Milliseconds time)
{
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(time / 1000)));
}

/// "12 seconds, 3 yyyymmdd", and how many units there are.
std::string units_of(const TimeStatistics& times, int& units, int& numeric)
{
    std::string text;
    for (std::size_t u = 1; u < time_units; ++u) {
        if (times.events[u] == 0) continue;
        ++units;
        numeric += static_cast<TimeUnit>(u) != TimeUnit::text;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", times.events[u], time_unit_names[u]);
    }
    return text;
}

}  // namespace

void check_times(const TimeStatistics& times)
{
    int units = 0, numeric = 0;
    const std::string text = units_of(times, units, numeric);
    if (numeric > 1 && times.earliest < start_of_1990)
        throw Error(ExitCode::bad_data,
                    "times are numbers of several units ({}), the earliest is of {}: say the unit with --time-format "
                    "s, ms, us, ns or a pattern as %Y%m%d",
                    text, date(times.earliest));
}

std::vector<std::string> time_warnings(const TimeStatistics& times, Milliseconds now, bool named)
{
    std::vector<std::string> warnings;
    const auto all = std::accumulate(times.events.begin(), times.events.end(), std::int64_t{0});
    const std::int64_t unknown = times.events[0], known = all - unknown;
    if (known == 0) {
        if (named && all > 0) warnings.emplace_back("no event has a time, though --columns names their column");
        return warnings;
    }
    constexpr const char* hint = "check the column and the unit (--time-format)";
    if (times.latest < start_of_1990)
        warnings.push_back(fmt::format("the newest event is of {}, before 1990: {}", date(times.latest), hint));
    if (times.latest > now + day)
        warnings.push_back(fmt::format("the newest event is of {}, in the future: {}", date(times.latest), hint));
    if (times.earliest == times.latest && known > 1)
        warnings.push_back(fmt::format("all {} known times are equal ({}): {}", known, date(times.latest), hint));
    if (unknown > all / 10)
        warnings.push_back(fmt::format(
            "{} of {} events have no time: they do not decay, and a split by time learns from them", unknown, all));
    int units = 0, numeric = 0;
    const std::string text = units_of(times, units, numeric);
    if (units > 1)
        warnings.push_back(fmt::format("times have several units ({}): each is read by its size or form", text));
    return warnings;
}

}  // namespace alster
