#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "distributed/mpi_session.hpp"
#include "host/prepare/prepare.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/property.hpp"

// The whole of `alster prepare`: three texts, a log of JSON lines, rules and an item file, apart by a line "----". What
// is accepted must read back as a dataset in which everything is in range, and every bad line must lie in the
// quarantine file.

namespace alster::fuzz {
namespace {

namespace fs = std::filesystem;

/// The input up to the next line "----", taken off its front.
Bytes next_part(Bytes& rest)
{
    constexpr std::string_view mark = "\n----\n";
    const auto found = std::search(rest.begin(), rest.end(), mark.begin(), mark.end());
    const auto size = static_cast<std::size_t>(found - rest.begin());
    const Bytes part = rest.first(size);
    rest = rest.subspan(std::min(rest.size(), size + mark.size()));
    return part;
}

void check(const Interactions& rows, bool weighted)
{
    for (const float value : rows.values) require(std::isfinite(value), "values are finite");
    require(!weighted || rows.confidences.size() == rows.values.size(), "confidences are there");
    for (const float c : rows.confidences) require(std::isfinite(c) && c >= 0, "confidences are finite, not negative");
    for (const float p : rows.preferences) require(p >= 0 && p <= 1, "preferences lie between 0 and 1");
}

void check_dataset(const fs::path& path, const PrepareReport& report)
{
    const DatasetReader reader(path);
    const DatasetInfo& info = reader.info();
    require(info.users == report.users && info.items == report.items, "the report counts what is in the file");
    require(std::isfinite(info.value_mean), "the mean is finite");
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        const auto rows = reader.interactions(Part::train, side, all);
        require(rows.entries() == report.interactions, "both sides hold all interactions");
        check(rows, info.weighted);
        const IdColumn ids = reader.ids(side, all);
        const IdLookup lookup(ids);
        for (Row r = 0; r < all.last; ++r) require(lookup.find(ids.text(r)) == r, "ids are different and found");
        for (const auto last : reader.last_events(side, all)) require(last >= 0, "times are known or 0");
    }
    check(reader.interactions(Part::holdout, Side::users, {0, info.users}), info.weighted && info.held_out > 0);
    for (const auto& [name, type] : reader.attribute_types(Side::items))
        require(reader.attribute(Side::items, name, {0, info.items}).rows() == info.items, "every item has a value");
}

/// Bad lines in a quarantine file, each with its number.
std::int64_t quarantined(const std::string& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    std::int64_t lines = 0;
    for (; std::getline(file, line); ++lines)
        require(std::strtoll(line.c_str() + line.find('\t') + 1, nullptr, 10) > 0, "a bad line has a number");
    return lines;
}

PrepareOptions options_for(const std::string& log, const std::string& rules, const std::string& items)
{
    PrepareOptions options;
    options.inputs = {log};
    options.layout.format = LogFormat::jsonl;
    options.rules = rules;
    options.items.path = items;
    options.split = SplitPlan::parse("last:1");
    options.max_bad = 1;
    options.out = memory_directory() / "out.h5";
    return options;
}

}  // namespace
}  // namespace alster::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    static const alster::MpiSession session(*argc, *argv);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace alster;
    fuzz::Bytes rest(data, size);
    const fuzz::Bytes log = fuzz::next_part(rest), rules = fuzz::next_part(rest), items = fuzz::next_part(rest);
    const fuzz::MemoryFile log_file(log), rules_file(rules), items_file(items);
    const auto options = fuzz::options_for(log_file.path(), rules.empty() ? "" : rules_file.path(),
                                           items.empty() ? "" : items_file.path());
    fuzz::succeeds({ExitCode::bad_data, ExitCode::bad_config, ExitCode::usage}, [&] {
        const PrepareReport report = prepare(Communicator::self(), options);
        fuzz::check_dataset(options.out, report);
        std::int64_t found = 0;
        for (const char* ending : {".quarantine.tsv", ".items.quarantine.tsv"}) {
            const auto path = options.out.string() + ending;
            found += fuzz::quarantined(path);
            std::filesystem::remove(path);
        }
        fuzz::require(found == report.quarantined, "every bad line is quarantined");
    });
    return 0;
}
