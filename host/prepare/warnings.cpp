#include "host/prepare/warnings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/error.hpp"

namespace alster {

void require_types(const EventFilter& filter, bool has_types)
{
    if (has_types || (filter.types.empty() && filter.only.empty())) return;
    throw Error(ExitCode::usage,
                "{}: no column of the log was taken for types of events: name it, as in --columns "
                "user=…,item=…,event=NAME",
                filter.types.empty() ? "--only-events" : "--ignore-events");
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

std::vector<std::string> item_warnings(const PrepareReport& report, const std::string& path, const std::string& in_log,
                                       std::span<const std::string> in_file)
{
    std::vector<std::string> warnings;
    if (report.texts_cut > 0)
        warnings.push_back(fmt::format("{}: {} texts of items were cut to 1000 bytes", path, report.texts_cut));
    if (report.items_repeated > 0)
        warnings.push_back(fmt::format("{}: {} lines are about an item of an earlier line: the last counts", path,
                                       report.items_repeated));
    if (report.items_described == 0)
        warnings.push_back(
            fmt::format("{} describes none of the {} items: the log has ids as {}, the file "
                        "as '{}'; --item-columns id=… says which column holds them",
                        path, report.items, in_log, fmt::join(in_file, "', '")));
    return warnings;
}

}  // namespace alster
