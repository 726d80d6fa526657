#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/report/chart.hpp"
#include "host/runs/report_sections.hpp"

namespace alster {

namespace {

constexpr std::size_t most_bars = 50;   // as many as have room
constexpr std::size_t most_rows = 200;  // of the table behind the charts

/// Sweeps are counted whole; the half-step that finishes a model stands behind the last one.
std::string name_of(const SweepFacts& sweep)
{
    return sweep.sweep == std::floor(sweep.sweep) ? fmt::format("{:.0f}", sweep.sweep) : "last";
}

LineChart objective_chart(const RunHistory& history)
{
    ChartLine line{.name = "objective", .style = "c1"};
    for (const auto& sweep : history.sweeps) {
        line.x.push_back(sweep.sweep);
        line.y.push_back(sweep.objective);
    }
    return {"Objective", "sweep", {line}};
}

/// The metric with its interval, beside the baseline.
Html metric_chart(const RunHistory& history)
{
    ChartLine model{.name = "this model, 95 % interval", .style = "c1"};
    ChartLine baseline{.name = history.baseline, .style = "c2", .dashed = true};
    for (const auto& sweep : history.sweeps) {
        if (!sweep.metric) continue;
        model.x.push_back(sweep.sweep);
        model.y.push_back(sweep.metric->value);
        model.low.push_back(sweep.metric->low);
        model.high.push_back(sweep.metric->high);
        baseline.x.push_back(sweep.sweep);
        baseline.y.push_back(history.baseline_value);
    }
    if (model.x.empty()) return {};
    return drawn(LineChart{shown_metric(history.metric) + " on held-out interactions", "sweep", {model, baseline}});
}

/// Seconds of whole sweeps; of many, means of as many neighbours as there is no room for alone.
Html time_chart(const RunHistory& history)
{
    std::vector<const SweepFacts*> whole;
    for (const auto& sweep : history.sweeps)
        if (sweep.whole()) whole.push_back(&sweep);
    BarChart chart{.title = "Time of a sweep, seconds",
                   .x_axis = "sweep",
                   .unit = " s",
                   .layers = {"rows: users", "rows: items", "basis", "waiting for exchange"}};
    const std::size_t together = (whole.size() + most_bars - 1) / most_bars;
    for (std::size_t first = 0; first < whole.size(); first += together) {
        const std::size_t end = std::min(whole.size(), first + together);
        std::vector<double> bar(4);
        for (std::size_t n = first; n < end; ++n) {
            const SweepFacts& sweep = *whole[n];
            const double seconds[] = {sweep.users->solve_s, sweep.items->solve_s, sweep.sum(&HalfStepFacts::basis_s),
                                      sweep.sum(&HalfStepFacts::waited_s)};
            for (std::size_t layer = 0; layer < 4; ++layer)
                bar[layer] += seconds[layer] / static_cast<double>(end - first);
        }
        chart.values.push_back(bar);
        chart.bars.push_back(end - first == 1 ? name_of(*whole[first])
                                              : fmt::format("{}–{}", name_of(*whole[first]), name_of(*whole[end - 1])));
    }
    return drawn(chart);
}

std::vector<Html> row_of(const SweepFacts& sweep, bool measured)
{
    const double imbalance =
        std::max(sweep.users ? sweep.users->imbalance : 1, sweep.items ? sweep.items->imbalance : 1);
    std::vector<Html> row{name_of(sweep), figure(sweep.objective, 1)};
    if (measured && sweep.metric) {
        row.push_back(figure(sweep.metric->value));
        row.push_back(range_of(sweep.metric->low, sweep.metric->high));
    } else if (measured) {
        row.resize(4);
    }
    row.push_back(figure(sweep.users ? sweep.users->solve_s : 0, 3));
    row.push_back(figure(sweep.items ? sweep.items->solve_s : 0, 3));
    row.push_back(figure(sweep.sum(&HalfStepFacts::basis_s), 3));
    row.push_back(figure(sweep.sum(&HalfStepFacts::waited_s), 3));
    row.push_back(figure(imbalance, 2));
    row.push_back(count(sweep.sum(&HalfStepFacts::received_bytes)));
    row.push_back(count(sweep.sum(&HalfStepFacts::retried_rows)));
    return row;
}

Html numbers(const RunHistory& history)
{
    const bool measured = !history.metric.empty();
    std::vector<Html> heads{"sweep", "objective"};
    if (measured) heads.insert(heads.end(), {shown_metric(history.metric), "95 % interval"});
    heads.insert(heads.end(), {"users, s", "items, s", "basis, s", "waiting, s", "imbalance", "bytes received",
                               "rows again in fp64"});
    const std::size_t first = history.sweeps.size() > most_rows ? history.sweeps.size() - most_rows : 0;
    std::vector<std::vector<Html>> rows;
    for (std::size_t n = first; n < history.sweeps.size(); ++n) rows.push_back(row_of(history.sweeps[n], measured));
    Html inside = element("summary", "All numbers by sweep");
    if (first > 0)
        inside += element("p", {{"class", "small faint"}},
                          fmt::format("The last {} of {}; metrics.jsonl has all.", most_rows, history.sweeps.size()));
    return element("details", inside + table(heads, rows, "sweeps"));
}

/// How much of the time went into waiting, and how the factors moved.
Html work_together(const RunHistory& history)
{
    double seconds = 0, waited = 0, basis = 0;
    for (const auto& sweep : history.sweeps) {
        seconds += sweep.seconds();
        waited += sweep.sum(&HalfStepFacts::waited_s);
        basis += sweep.sum(&HalfStepFacts::basis_s);
    }
    if (seconds <= 0) return {};
    std::string text = fmt::format(
        "{:.0f} % of the time of half-steps went into waiting for rows of other ranks, {:.0f} % into the basis.",
        100 * waited / seconds, 100 * basis / seconds);
    for (const auto& exchange : history.exchanges)
        text += fmt::format(" {} came by {}.", exchange.value("side", "") == "users" ? "Users" : "Items",
                            exchange.value("plan", ""));
    return element("p", {{"class", "small faint"}}, text);
}

}  // namespace

Html training_section(const RunHistory& history)
{
    if (history.sweeps.empty()) return section("training", "Training", element("p", "The log has no sweep yet."));
    return section("training", "Training",
                   element("div", {{"class", "charts"}},
                           metric_chart(history) + drawn(objective_chart(history)) + time_chart(history)) +
                       work_together(history) + numbers(history));
}

}  // namespace alster
