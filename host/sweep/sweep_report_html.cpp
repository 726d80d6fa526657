#include <fmt/format.h>

#include "host/machine/version.hpp"
#include "host/report/chart.hpp"
#include "host/report/html.hpp"
#include "host/sweep/sweep_report.hpp"

namespace alster {

namespace {

constexpr std::size_t most_shown = 40;  // runs of the chart; the table has all

Html named(const RunRecord& run) { return foreign(run.name); }

/// Metrics with their own intervals, the best run first, so moved that 0 is the winner's. Differences of pairs of users
/// are not known: the logs of the runs have no values by user.
Html metric_chart(const SweepReport& report)
{
    const Measurement& best = report.runs.front().measured;
    IntervalChart chart{
        .title = fmt::format("{} of each run and its own 95 % interval, moved by the winner's value", report.metric)};
    for (std::size_t n = 0; n < std::min(report.finished, most_shown); ++n) {
        const Measurement& measured = report.runs[n].measured;
        chart.intervals.push_back({report.runs[n].name, measured.value - best.value, measured.low - best.value,
                                   measured.high - best.value,
                                   n == report.cheapest  ? "c3"
                                   : n <= report.as_good ? "c1"
                                                         : "c5"});
    }
    return drawn(chart);
}

Html cost_chart(const SweepReport& report)
{
    BarChart chart{
        .title = "Seconds in half-steps, the best run first", .x_axis = "run", .unit = " s", .layers = {"seconds"}};
    for (std::size_t n = 0; n < std::min(report.finished, most_shown); ++n) {
        chart.bars.push_back(report.runs[n].name);
        chart.values.push_back({report.runs[n].seconds});
    }
    return drawn(chart);
}

Html table_of(const SweepReport& report)
{
    std::vector<Html> heads{"run"};
    for (const auto& option : report.varied) heads.push_back(foreign(option));
    for (const auto& head : {report.metric, std::string("95 % interval"), std::string("sweeps"), std::string("seconds"),
                             std::string("state")})
        heads.emplace_back(head);
    std::vector<std::vector<Html>> rows;
    for (const auto& run : report.runs) {
        std::vector<Html> row{named(run)};
        for (const auto& option : report.varied) row.push_back(foreign(run.option(option)));
        const bool measured = !run.metric.empty();
        row.push_back(measured ? element("strong", figure(run.measured.value)) : Html());
        row.push_back(measured ? element("span", {{"class", "range"}},
                                         figure(run.measured.low) + " … " + figure(run.measured.high))
                               : Html());
        row.push_back(run.best_sweep > 0 ? count(run.best_sweep) + " of " + count(run.sweeps) : count(run.sweeps));
        row.push_back(figure(run.seconds, 2));
        row.push_back(Html(name(run.state)) + (run.failure.empty() ? Html() : Html(": ") + foreign(run.failure)));
        rows.push_back(std::move(row));
    }
    return table(heads, rows, "runs");
}

Html say(const char* style, const Html& inside)
{
    return element("p", {{"class", fmt::format("say {}", style)}}, inside);
}

Html advice(const SweepReport& report)
{
    const RunRecord& winner = report.runs.front();
    Html all = say("good", element("strong", Html("Winner: ") + named(winner)) + Html(", ") + report.metric + " " +
                               figure(winner.measured.value) +
                               (report.cheapest > 0 ? Html(". As good within its interval, and the cheapest: ") +
                                                          element("strong", named(report.runs[report.cheapest])) + "."
                                                    : Html(".")));
    if (!winner.baseline.name.empty() && !winner.compared().model_wins())
        all += say("note", winner.compared().warning());
    return all + say("note",
                     "The winner's figure is optimistic: the held-out part that chose it is no test any more. A figure "
                     "to publish needs data that chose nothing.");
}

}  // namespace

std::string to_html(const SweepReport& report, const std::string& name)
{
    const Html body =
        element("h1", Html("Sweep ") + foreign(name)) +
        element("p", {{"class", "faint"}}, fmt::format("{} runs, {} finished", report.runs.size(), report.finished)) +
        advice(report) +
        section("compared", "Compared",
                element("div", {{"class", "charts"}}, metric_chart(report) + cost_chart(report))) +
        section("runs", "All runs", table_of(report)) +
        element("footer",
                fmt::format("Written by alster {} ({}). docs/reports.md says what is on it.", version(), git_commit()));
    return document("Sweep " + name, element("main", body));
}

}  // namespace alster
