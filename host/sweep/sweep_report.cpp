#include "host/sweep/sweep_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "data/error.hpp"
#include "data/printable.hpp"
#include "host/sweep/sweep_file.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

/// Where a run reads and writes is no property of its result.
bool is_place(const std::string& option) { return option == "out" || option == "data"; }

std::vector<std::string> varied_options(const std::vector<RunRecord>& runs)
{
    std::set<std::string> varied;
    for (const auto& run : runs)
        for (const auto& [option, value] : run.options)
            if (!is_place(option) && value != runs.front().option(option)) varied.insert(option);
    return {varied.begin(), varied.end()};
}

bool lower_is_better(const std::string& metric) { return metric == "rmse"; }

void require_comparable(const std::vector<RunRecord>& finished)
{
    const RunRecord& first = finished.front();
    if (first.metric.empty())
        throw Error(ExitCode::bad_data,
                    "{}: no metric to compare by: the dataset has no held-out part; prepare it with --split",
                    first.path.string());
    for (const auto& run : finished)
        if (run.metric != first.metric || run.fingerprint != first.fingerprint)
            throw Error(ExitCode::bad_data,
                        "{} and {} measured different things: other data or another objective; report on them in "
                        "directories of their own",
                        first.path.string(), run.path.string());
}

SweepRun settings_of(const SweepReport& report, const RunRecord& run)
{
    SweepRun settings;
    for (const auto& option : report.varied) settings.push_back({option, run.option(option)});
    return settings;
}

/// "002 (factors 64, reg 0.01)"
std::string named(const SweepReport& report, const RunRecord& run)
{
    return report.varied.empty() ? run.name : fmt::format("{} ({})", run.name, text_of(settings_of(report, run)));
}

std::vector<std::string> cells_of(const SweepReport& report, const RunRecord& run)
{
    std::vector<std::string> cells{run.name};
    for (const auto& option : report.varied) cells.push_back(run.option(option));
    const bool measured = !run.metric.empty();
    const auto& [value, low, high, count] = run.measured;
    cells.push_back(measured ? fmt::format("{:.4f}", value) : "");
    cells.push_back(measured ? fmt::format("{:.4f} … {:.4f}", low, high) : "");
    cells.push_back(run.best_sweep > 0 ? fmt::format("{} of {}", run.best_sweep, run.sweeps)
                                       : fmt::format("{}", run.sweeps));
    cells.push_back(fmt::format("{:.2f}", run.seconds));
    cells.push_back(run.failure.empty() ? name(run.state) : fmt::format("{}: {}", name(run.state), run.failure));
    return cells;
}

/// Columns as wide as their widest cell; the last one has no end.
std::string table_of(const std::vector<std::vector<std::string>>& rows)
{
    const auto width = [](const std::string& cell) {  // in characters: of a byte sequence the first one counts
        return std::ranges::count_if(cell, [](char byte) { return (byte & 0xc0) != 0x80; });
    };
    std::vector<std::ptrdiff_t> widths(rows.front().size());
    for (const auto& row : rows)
        for (std::size_t c = 0; c + 1 < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
    std::string text;
    for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c)
            text += fmt::format("{:<{}}{}", row[c], widths[c], c + 1 < row.size() ? "  " : "\n");
    return text;
}

std::string advice(const SweepReport& report)
{
    const RunRecord& winner = report.runs.front();
    std::string text =
        fmt::format("winner: {}\n        {}\n", named(report, winner), printable((winner.path / "model.h5").string()));
    if (report.as_good > 0) {
        std::vector<std::string> names;
        for (std::size_t n = 1; n <= report.as_good; ++n) names.push_back(report.runs[n].name);
        text += fmt::format("within its 95 % interval, so hardly worse: {}\n", fmt::join(names, ", "));
        if (report.cheapest > 0)
            text += fmt::format("the cheapest of them: {}\n", named(report, report.runs[report.cheapest]));
    }
    if (!winner.baseline.name.empty()) {
        text += fmt::format("the best baseline, {}: {} {:.4f}\n", winner.baseline.name, report.metric,
                            winner.baseline.value);
        if (!winner.compared().model_wins()) text += fmt::format("note: {}\n", winner.compared().warning());
    }
    return text +
           "The winner's figure is optimistic: the held-out part that chose it is no test any more. A figure to "
           "publish "
           "needs data that chose nothing.\n";
}

}  // namespace

SweepReport compare(std::vector<RunRecord> runs)
{
    SweepReport report;
    const auto is_finished = [](const RunRecord& run) { return run.state == RunState::finished; };
    std::ranges::stable_partition(runs, is_finished);
    report.finished = static_cast<std::size_t>(std::ranges::count_if(runs, is_finished));
    if (report.finished == 0) throw Error(ExitCode::bad_data, "none of the {} runs is finished", runs.size());
    const auto end = runs.begin() + static_cast<std::ptrdiff_t>(report.finished);
    require_comparable({runs.begin(), end});
    report.varied = varied_options(runs);
    report.metric = runs.front().metric;
    const double sign = lower_is_better(report.metric) ? 1 : -1;
    std::ranges::stable_sort(runs.begin(), end, {}, [&](const RunRecord& run) { return sign * run.measured.value; });

    const Measurement& best = runs.front().measured;
    const double bound = lower_is_better(report.metric) ? best.high : best.low;
    const auto cost = [](const RunRecord& run) { return std::tuple(std::stoll(run.option("factors")), run.seconds); };
    for (std::size_t n = 1; n < report.finished && sign * runs[n].measured.value <= sign * bound; ++n) {
        report.as_good = n;
        if (cost(runs[n]) < cost(runs[report.cheapest])) report.cheapest = n;
    }
    report.runs = std::move(runs);
    return report;
}

std::string to_text(const SweepReport& report)
{
    std::vector<std::vector<std::string>> rows(1, {"run"});
    rows[0].insert(rows[0].end(), report.varied.begin(), report.varied.end());
    rows[0].insert(rows[0].end(), {report.metric, "95 % interval", "best sweep", "seconds", "state"});
    for (const auto& run : report.runs) rows.push_back(cells_of(report, run));
    return table_of(rows) + advice(report);
}

Json to_json(const SweepReport& report)
{
    Json runs = Json::array();
    for (const auto& run : report.runs) {
        Json object{{"run", run.name}, {"state", name(run.state)}};
        if (!run.failure.empty()) object["failure"] = run.failure;
        for (const auto& [option, value] : settings_of(report, run)) object["options"][option] = value;
        if (!run.metric.empty())
            object.update({{run.metric, run.measured.value},
                           {run.metric + "_low", run.measured.low},
                           {run.metric + "_high", run.measured.high}});
        object.update({{"sweeps", run.sweeps}, {"best_sweep", run.best_sweep}, {"seconds", run.seconds}});
        runs.push_back(object);
    }
    Json as_good = Json::array();
    for (std::size_t n = 1; n <= report.as_good; ++n) as_good.push_back(report.runs[n].name);
    const RunRecord& winner = report.runs.front();
    Json object{{"metric", report.metric},
                {"finished", report.finished},
                {"winner", winner.name},
                {"model", (winner.path / "model.h5").string()},
                {"within_interval", as_good},
                {"cheapest", report.runs[report.cheapest].name},
                {"runs", runs}};
    if (winner.baseline.name.empty()) return object;
    const Comparison compared = winner.compared();
    object.update({{"baseline", winner.baseline.name},
                   {compared.key(), winner.baseline.value},
                   {"beats_baseline", compared.model_wins()}});
    if (!compared.model_wins()) object["note"] = compared.warning();
    return object;
}

}  // namespace alster
