#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "host/machine/version.hpp"
#include "host/runs/report_sections.hpp"

namespace alster {

namespace {

using nlohmann::json;

Html card(const std::string& name, const Html& value, const Html& below = {})
{
    Html inside = value;
    if (!below.empty()) inside += element("span", {{"class", "small"}}, below);
    return element("div", {{"class", "card"}}, element("dt", name) + element("dd", inside));
}

/// "1 h 12 min", "3.2 s"
std::string duration(double seconds)
{
    if (seconds < 60) return fmt::format("{:.3g} s", seconds);
    const auto minutes = static_cast<std::int64_t>(std::llround(seconds / 60));
    return minutes < 60 ? fmt::format("{} min", minutes) : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string instant(double unix_seconds)
{
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

/// The sentence one reads first.
Html headline(const RunReport& report)
{
    if (report.comparison) {
        const SliceComparison& all = report.comparison->everybody;
        const char* style = all.verdict == Verdict::better ? "good" : all.verdict == Verdict::worse ? "bad" : "note";
        return element(
            "p", {{"class", fmt::format("say {}", style)}},
            element("strong", fmt::format("{} popularity", all.verdict == Verdict::better       ? "Better than"
                                                           : all.verdict == Verdict::worse      ? "Worse than"
                                                           : all.verdict == Verdict::equivalent ? "Equivalent to"
                                                                                                : "Cannot tell from")) +
                Html(": ") + shown_metric(report.compared_by) + " " + figure(all.other) + " against " +
                figure(all.base) + ", difference " + figure(all.difference.mean) + " (95 % interval " +
                range_of(all.difference.interval.low, all.difference.interval.high) + ").");
    }
    if (report.data)
        return element("p", {{"class", "say note"}},
                       "Nothing is held out in this dataset: nothing can be measured on it.");
    return element("p", {{"class", "say note"}},
                   "A page of the run's log alone: nothing was measured for it, and no lists are shown.");
}

Html cards(const RunReport& report)
{
    const RunHistory& history = report.history;
    Html all;
    if (!history.sweeps.empty() && history.sweeps.back().metric) {
        const Measurement& last = *history.sweeps.back().metric;
        all += card(shown_metric(history.metric), figure(last.value), range_of(last.low, last.high));
        all += card("Best baseline", figure(history.baseline_value), history.baseline);
    }
    if (report.data)
        all += card("Data", count(report.data->interactions),
                    Html("interactions of ") + count(report.data->users) + " users with " + count(report.data->items) +
                        " items");
    const int best = history.end.value("best_sweep", 0), threads = history.start.value("threads", 1);
    all += card("Sweeps", count(report.record.sweeps), best > 0 ? fmt::format("best: {}", best) : "");
    if (history.seconds_of_sweep() > 0)
        all += card("A sweep takes", duration(history.seconds_of_sweep()),
                    fmt::format("median; the run {}", duration(history.wall_s)));
    all += card("Cost", fmt::format("{:.3g}", history.unit_hours()),
                fmt::format("{}-hours on {} {}{}", history.on_gpus() ? "GPU" : "core", history.ranks(),
                            history.ranks() == 1 ? "rank" : "ranks",
                            history.on_gpus() ? ""
                            : threads == 1    ? ", a thread each"
                                              : fmt::format(", {} threads each", threads)));
    return element("dl", {{"class", "cards"}}, all);
}

Html warnings(const RunReport& report)
{
    Html all;
    for (const auto& warning : report.warnings) all += element("p", {{"class", "say note"}}, foreign(warning));
    return all;
}

using Facts = std::vector<std::vector<Html>>;

Facts configuration(const RunReport& report)
{
    Facts rows;
    for (const auto& [option, value] : report.record.options) rows.push_back({"--" + option, foreign(value)});
    return rows;
}

Facts provenance(const RunReport& report)
{
    const json& start = report.history.start;
    Facts rows{
        {"run", foreign(start.value("run", ""))},
        {"started", instant(start.value("t", 0.0))},
        {"alster", foreign(fmt::format("{}, commit {}", start.value("version", ""), start.value("commit", "")))},
        {"data fingerprint", foreign(start.value("data", ""))},
        {"computed by", foreign(report.model ? report.model->arithmetic
                                             : start.value("backend", "") + ", " + start.value("precision", ""))}};
    if (report.data) {
        rows.push_back({"split", foreign(report.data->split)});
        rows.push_back({"held out", count(report.data->held_out)});
        if (report.data->watermark > 0)
            rows.push_back({"latest event", instant(static_cast<double>(report.data->watermark))});
    }
    if (report.model) rows.push_back({"space of vectors", foreign(report.model->space_id)});
    const json& end = report.history.end;
    if (end.contains("memory_bytes"))
        rows.push_back({"memory, of the rank that took most",
                        fmt::format("{:.3g} MiB (planned {:.3g})", end.value("memory_bytes", 0.0) / (1 << 20),
                                    end.value("memory_planned_bytes", 0.0) / (1 << 20))});
    for (const auto& file : report.files)
        rows.push_back({foreign(file.value("file", "")), count(file.value("bytes", std::int64_t{0})) +
                                                             " bytes, SHA-256 " + foreign(file.value("sha256", ""))});
    return rows;
}

Html provenance_section(const RunReport& report)
{
    const auto part = [](const char* title, const Facts& facts) {
        return element("div", element("h3", title) + table({}, facts, "facts"));
    };
    return section("provenance", "Where it comes from",
                   element("div", {{"class", "two"}},
                           part("Provenance", provenance(report)) + part("Configuration", configuration(report))));
}

}  // namespace

std::string to_html(const RunReport& report)
{
    const Html head = element("h1", Html("Run ") + foreign(report.record.name)) +
                      element("p", {{"class", "faint"}},
                              fmt::format("{}, {} factors, {}", report.record.option("objective"),
                                          report.record.option("factors"), name(report.record.state)));
    const Html body = head + headline(report) + warnings(report) + cards(report) + measured_section(report) +
                      slices_section(report) + training_section(report.history) + users_section(report) +
                      provenance_section(report) +
                      element("footer", fmt::format("Written by alster {} ({}). What each number is: docs/evaluate.md.",
                                                    version(), git_commit()));
    return document("Run " + report.record.name, element("main", body));
}

}  // namespace alster
