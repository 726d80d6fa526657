#include "host/prepare/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "data/error.hpp"
#include "data/printable.hpp"

namespace alster {

TimeStatistics sum(const Communicator& ranks, TimeStatistics times)
{
    ranks.sum(times.events);
    times.earliest = -ranks.max(-times.earliest);
    times.latest = ranks.max(times.latest);
    times.below_a_minute = ranks.max(std::int64_t{times.below_a_minute}) > 0;
    return times;
}

void require_types(const EventFilter& filter, bool has_types)
{
    if (has_types || (filter.types.empty() && filter.only.empty())) return;
    throw Error(ExitCode::usage,
                "{}: no column of the log was taken for types of events: name it, as in --columns "
                "user=…,item=…,event=NAME",
                filter.types.empty() ? "--only-events" : "--ignore-events");
}

void require_same_columns(const Communicator& ranks, const std::map<std::size_t, unsigned>& of_files,
                          std::span<const std::string> paths)
{
    std::vector<std::int64_t> columns(paths.size());  // 0: no rank read the beginning of a table
    for (const auto& [file, mask] : of_files) columns[file] = mask;
    for (auto& mask : columns) mask = ranks.max(mask);
    const auto first = std::ranges::find_if(columns, [](std::int64_t mask) { return mask != 0; });
    for (std::size_t file = 0; file < columns.size(); ++file) {
        if (columns[file] == 0 || columns[file] == *first) continue;
        const auto lowest = std::countr_zero(static_cast<std::uint64_t>(columns[file] ^ *first));
        const bool lacks = (*first >> lowest & 1) != 0;
        const std::string& has = paths[static_cast<std::size_t>(first - columns.begin())];
        throw Error(ExitCode::bad_data,
                    "{}: has no column for the {}, and {} has one: prepare files of one layout, or name the columns "
                    "that all have by --columns",
                    lacks ? paths[file] : has, name(static_cast<EventColumn>(lowest)), lacks ? has : paths[file]);
    }
}

std::vector<std::string> type_warnings(const Communicator& ranks, const EventFilter& filter, std::vector<Offset> met)
{
    ranks.sum(std::span(met));
    const auto names = filter.named_types();
    std::vector<std::string> warnings;
    for (std::size_t n = 0; n < names.size(); ++n)
        if (met[n] == 0)
            warnings.push_back(fmt::format("no event is of the type '{}', which --{}-events names", printable(names[n]),
                                           n < filter.types.size() ? "ignore" : "only"));
    return warnings;
}

std::string why_nothing_is_left(const PrepareReport& report, const std::string& first_bad)
{
    std::string why;
    if (report.ignored > 0) why += fmt::format("{} events are ignored by options or rules", report.ignored);
    if (report.quarantined > 0)
        why += fmt::format("{}{} lines are bad, first {}", why.empty() ? "" : ", ", report.quarantined, first_bad);
    return why.empty() ? why : ": " + why;
}

std::string value_warning(float least, bool has_times)
{
    // dates as digits, and Unix times in whatever unit, are above any rating, count or watched second
    constexpr float least_time = 19'000'000;
    if (has_times || least < least_time) return "";
    return fmt::format(
        "all values are above {:.0f}, and no column has times: if they are times, write --columns "
        "user=…,item=…,time=… with their columns",
        least_time);
}

}  // namespace alster
