#include <cmath>

#include "data/ingest/event.hpp"
#include "data/ingest/event_columns.hpp"
#include "data/ingest/id_index.hpp"
#include "data/ingest/split_plan.hpp"
#include "data/ingest/time_format.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/property.hpp"

// What stands in one field or one option: times, ids, --columns, --split. Fields are the lines of the input.

namespace alster::fuzz {
namespace {

void check_time(std::string_view text)
{
    const auto time = parse_time(text);
    if (!time) return;
    require(time->time >= 0 && time->time < Milliseconds{1000} << 32, "times lie between 1970 and 2106");
    require((time->time == 0) == (time->unit == TimeUnit::unknown), "a known time has a unit");
    // and what is read can be written down and read again
    const auto again = parse_time(std::to_string(time->time), TimeUnit::milliseconds);
    require(again && again->time == time->time, "milliseconds are read as they are");
}

void check_formats(const std::string& format, std::string_view text)
{
    succeeds({ExitCode::usage}, [&] {
        const auto time = TimeFormat::parse(format).read(text);
        require(!time || (time->time >= 0 && time->time < Milliseconds{1000} << 32), "times lie between 1970 and 2106");
    });
}

void check_ids(const std::vector<std::string>& ids)
{
    IdIndex index("ids");
    for (const auto& id : ids) static_cast<void>(index.row(id));
    const IdColumn column = index.column();
    for (const auto& id : ids) {
        const auto row = index.find(id);
        require(row.has_value() && *row < index.rows(), "an id that was given is found");
        require(column.text(*row) == id, "an id is kept without loss");
    }
}

void check_options(const std::string& text)
{
    succeeds({ExitCode::usage}, [&] {
        const ColumnSpec spec = ColumnSpec::parse(text);
        if (spec.by_position())
            for (const int position : spec.positions()) require(position >= -1, "positions are not negative");
    });
    succeeds({ExitCode::usage}, [&] {
        const SplitPlan plan = SplitPlan::parse(text);
        require(plan.fraction >= 0 && plan.fraction < 1 && plan.last >= 0, "a split is a fraction or a number");
    });
}

}  // namespace
}  // namespace alster::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace alster;
    const std::string text = fuzz::text_of({data, size});
    std::vector<std::string> ids;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        const auto field = text.substr(begin, end - begin);
        fuzz::check_time(field);
        fuzz::check_formats(ids.empty() ? field : ids.back(), field);
        fuzz::check_options(field);
        if (check_id(field) == Defect::none) ids.push_back(field);
        begin = end + 1;
    }
    fuzz::check_ids(ids);
    return 0;
}
