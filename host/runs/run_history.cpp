#include "host/runs/run_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "host/evaluate/baseline.hpp"

namespace alster {

namespace {

using nlohmann::json;

std::string incident_of(const json& event, const std::string& kind)
{
    if (kind == "resume") {
        const std::string damaged = event.value("passed_over", "");
        return fmt::format("It was resumed after {} half-steps.{}", event.at("half_steps").get<int>(),
                           damaged.empty() ? "" : " A damaged checkpoint was passed over: " + damaged);
    }
    if (kind == "solved_again")
        return fmt::format("A row of {} was {:.1e} from its fp64 solution: that side was solved again.",
                           event.at("side").get<std::string>(), event.at("largest_error").get<double>());
    if (kind == "rebalance")
        return fmt::format("Rows were shared out anew: the slowest ranks took {:.3g} s of a sweep, {:.3g} s then.",
                           event.at("slowest_s").get<double>(), event.at("expected_s").get<double>());
    if (kind == "failed") return "It failed: " + event.at("message").get<std::string>();
    if (kind == "stopped") return "It was stopped and saved before its end.";
    return "";
}

}  // namespace

void SweepFacts::take(const json& half_step)
{
    objective = half_step.at("objective");
    (half_step.at("side") == "users" ? users : items) = {.solve_s = half_step.at("solve_s"),
                                                         .basis_s = half_step.at("basis_s"),
                                                         .waited_s = half_step.at("waited_s"),
                                                         .imbalance = half_step.at("imbalance"),
                                                         .received_bytes = half_step.at("received_bytes"),
                                                         .retried_rows = half_step.at("retried_rows")};
}

void RunHistory::take(const json& event)
{
    const std::string kind = event.value("event", "");
    if (kind == "start") take_start(event);
    wall_s = before_s_ + std::max(0.0, event.at("t").get<double>() - started_);
    if (kind == "resume") {
        const double done = event.at("half_steps").get<double>() / 2;
        std::erase_if(former_, [&](const SweepFacts& sweep) { return sweep.sweep > std::ceil(done); });
        sweeps = std::move(former_);
    } else if (kind == "exchange") {
        exchanges.push_back(event);
    } else if (kind == "half_step") {
        sweep_at(event.at("sweep")).take(event);
    } else if (kind == "sweep") {
        take_measurement(event, sweep_at(event.at("sweep")));
    } else if (kind == "last_half_step") {
        SweepFacts& last = sweep_at(event.at("sweep").get<double>() + 0.5);
        last.take(event);
        take_measurement(event, last);
    } else if (kind == "end") {
        end = event;
    }
    if (const auto incident = incident_of(event, kind); !incident.empty()) incidents.push_back(incident);
}

void RunHistory::take_start(const json& event)
{
    former_ = std::move(sweeps);
    sweeps.clear();
    exchanges.clear();
    before_s_ = wall_s;
    started_ = event.at("t");
    start = event;
    end = json::object();
    starts += 1;
}

void RunHistory::take_measurement(const json& event, SweepFacts& sweep)
{
    for (const char* known : {"ndcg@10", "rmse"}) {
        if (!event.contains(known)) continue;
        metric = known;
        sweep.metric = {event.at(metric), event.at(metric + "_low"), event.at(metric + "_high"),
                        event.value("users", event.value("ratings", std::int64_t{0}))};
        baseline = event.value("baseline", "");
        baseline_value = event.value(Comparison{metric, 0, {baseline, 0}}.key(), 0.0);
    }
}

SweepFacts& RunHistory::sweep_at(double sweep)
{
    if (sweeps.empty() || sweeps.back().sweep != sweep) sweeps.push_back({.sweep = sweep});
    return sweeps.back();
}

double RunHistory::seconds_of_sweep() const
{
    std::vector<double> seconds;
    for (const auto& sweep : sweeps)
        if (sweep.whole()) seconds.push_back(sweep.seconds());
    if (seconds.empty()) return 0;
    std::ranges::sort(seconds);
    const auto middle = seconds.size() / 2;
    return seconds.size() % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
}

RunHistory read_history(const std::filesystem::path& directory)
{
    const auto path = directory / "metrics.jsonl";
    std::ifstream log(path);
    if (!log)
        throw Error(ExitCode::bad_data, "{}: cannot be read: name the directory of a run of alster train",
                    path.string());
    RunHistory history;
    try {
        for (std::string line; std::getline(log, line);) {
            const json event = json::parse(line, nullptr, false);
            if (!event.is_discarded()) history.take(event);
        }
    } catch (const json::exception& error) {
        throw Error(ExitCode::bad_data, "{}: not as alster train writes it: {}", path.string(), error.what());
    }
    if (history.starts == 0)
        throw Error(ExitCode::bad_data, "{}: has no start of a run: it is not as alster train writes it",
                    path.string());
    return history;
}

}  // namespace alster
