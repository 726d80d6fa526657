#include "host/runs/scaling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A run with what must be the same in all of them.
struct ReadRun {
    fs::path path;
    RunHistory history;
    ModelInfo model;
};

[[noreturn]] void refuse(const ReadRun& one, const ReadRun& other, const std::string& what)
{
    throw Error(ExitCode::bad_data, "{} and {} cannot be compared: {}", one.path.string(), other.path.string(), what);
}

ReadRun read(const fs::path& path)
{
    ReadRun run{path, read_history(path), {}};
    if (run.history.end.empty() || run.history.end.value("partial", false))
        throw Error(ExitCode::bad_data, "{}: is not finished: let it end, or leave it out", path.string());
    if (run.history.starts > 1)
        throw Error(ExitCode::bad_data, "{}: was resumed, on whatever ranks it got: leave it out", path.string());
    if (run.history.seconds_of_sweep() <= 0)
        throw Error(ExitCode::bad_data, "{}: has no whole sweep to take the time of", path.string());
    run.model = ModelReader(path / "model.h5", serial_access(), Verify::nothing).info();
    if (run.model.run_id != run.history.start.value("run", ""))
        throw Error(ExitCode::bad_data, "{}: its model.h5 is of another run than its metrics.jsonl", path.string());
    return run;
}

/// Settings that decide how long a sweep takes; how many there are, and what was drawn, do not.
json settings_of(const RunHistory& history)
{
    json settings = history.start.value("config", json::object());
    for (const char* other : {"sweeps", "patience", "seed", "init_scale"}) settings.erase(other);
    return settings;
}

void require_same_way(const ReadRun& first, const ReadRun& run)
{
    for (const char* what : {"backend", "precision"})
        if (first.history.start.value(what, "") != run.history.start.value(what, ""))
            refuse(first, run,
                   fmt::format("{} is {} and {}", what, first.history.start.value(what, ""),
                               run.history.start.value(what, "")));
    const json one = settings_of(first.history), other = settings_of(run.history);
    for (const auto& [key, value] : one.items())
        if (!other.contains(key) || other.at(key) != value) refuse(first, run, fmt::format("{} is not the same", key));
    if (other.size() != one.size()) refuse(first, run, "they were trained by versions that know other options");
}

double work_of_unit(const ReadRun& run)
{
    return static_cast<double>(run.model.interactions) / static_cast<double>(run.history.units());
}

Scaling::Kind kind_of(const std::vector<ReadRun>& runs)
{
    const ReadRun& first = runs.front();
    const auto same_data = [&](const ReadRun& run) { return run.model.fingerprint == first.model.fingerprint; };
    const auto same_share = [&](const ReadRun& run) {
        return std::abs(work_of_unit(run) / work_of_unit(first) - 1) < same_work;
    };
    if (std::ranges::all_of(runs, same_data)) return Scaling::Kind::strong;
    if (const auto odd = std::ranges::find_if_not(runs, same_share); odd != runs.end())
        refuse(first, *odd,
               fmt::format("neither have they the same data nor as many interactions per unit ({:.3g} and {:.3g})",
                           work_of_unit(first), work_of_unit(*odd)));
    return Scaling::Kind::weak;
}

double median(std::vector<double> numbers)
{
    std::ranges::sort(numbers);
    const auto middle = numbers.size() / 2;
    return numbers.size() % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
}

ScalingRun facts_of(const ReadRun& run)
{
    ScalingRun facts{.name = run.path.string(),
                     .ranks = run.history.ranks(),
                     .units = run.history.units(),
                     .interactions = run.model.interactions,
                     .users = run.model.users,
                     .sweep_s = run.history.seconds_of_sweep(),
                     .unit_hours = run.history.unit_hours()};
    double seconds = 0, waited = 0, basis = 0;
    std::vector<double> imbalance, received;
    for (const auto& sweep : run.history.sweeps) {
        if (!sweep.whole()) continue;
        seconds += sweep.seconds();
        waited += sweep.sum(&HalfStepFacts::waited_s);
        basis += sweep.sum(&HalfStepFacts::basis_s);
        imbalance.push_back(std::max(sweep.users->imbalance, sweep.items->imbalance));
        received.push_back(static_cast<double>(sweep.sum(&HalfStepFacts::received_bytes)) / (1 << 20));
    }
    facts.waiting_share = waited / seconds;
    facts.basis_share = basis / seconds;
    facts.imbalance = median(imbalance);
    facts.received_mib = median(received);
    return facts;
}

}  // namespace

Scaling scaling_of(const std::vector<fs::path>& paths)
{
    std::vector<ReadRun> runs;
    for (const auto& path : paths) runs.push_back(read(path));
    std::ranges::stable_sort(runs, {}, [](const ReadRun& run) { return run.history.units(); });
    if (runs.size() < 2 || runs.front().history.units() == runs.back().history.units())
        throw Error(ExitCode::bad_data, "{}: scaling needs runs on different numbers of ranks or threads",
                    runs.front().path.string());
    for (const auto& run : runs) require_same_way(runs.front(), run);
    Scaling scaling{.kind = kind_of(runs), .on_gpus = runs.front().history.on_gpus()};
    for (const auto& run : runs) scaling.runs.push_back(facts_of(run));
    const ScalingRun& first = scaling.runs.front();
    for (auto& run : scaling.runs) {
        run.speedup = first.sweep_s / run.sweep_s;
        const double more = static_cast<double>(run.units) / static_cast<double>(first.units);
        run.efficiency = scaling.kind == Scaling::Kind::strong ? run.speedup / more : run.speedup;
    }
    return scaling;
}

std::string to_text(const Scaling& scaling)
{
    const bool strong = scaling.kind == Scaling::Kind::strong;
    const char* unit = scaling.on_gpus ? "GPU" : "core";
    std::string text =
        fmt::format("{} scaling, {}\n{:>5} {:>6} {:>12} {:>9} {:>8} {:>10} {:>8} {:>6} {:>9} {:>9} {:>10}  run\n",
                    strong ? "strong" : "weak", strong ? "the same data" : fmt::format("as much data per {}", unit),
                    "ranks", scaling.on_gpus ? "GPUs" : "cores", "interactions", "s/sweep", "speedup", "efficiency",
                    "waiting", "basis", "imbalance", "MiB/sweep", fmt::format("{}-hours", unit));
    for (const auto& run : scaling.runs)
        text += fmt::format(
            "{:>5} {:>6} {:>12} {:>9.4g} {:>8} {:>10.2f} {:>7.1f}% {:>5.1f}% {:>9.2f} {:>9.3g} {:>10.3g}  {}\n",
            run.ranks, run.units, run.interactions, run.sweep_s, strong ? fmt::format("{:.2f}", run.speedup) : "",
            run.efficiency, 100 * run.waiting_share, 100 * run.basis_share, run.imbalance, run.received_mib,
            run.unit_hours, printable(run.name));
    const ScalingRun& last = scaling.runs.back();
    return text + fmt::format("cost of the last: {:.3g} {}-hours, {:.3g} for a million users; energy is not recorded\n",
                              last.unit_hours, unit, 1e6 * last.unit_hours / static_cast<double>(last.users));
}

json to_json(const Scaling& scaling)
{
    json object{{"kind", scaling.kind == Scaling::Kind::strong ? "strong" : "weak"},
                {"unit", scaling.on_gpus ? "GPU" : "core"},
                {"runs", json::array()}};
    for (const auto& run : scaling.runs)
        object["runs"].push_back(
            {{"run", run.name},
             {"ranks", run.ranks},
             {"units", run.units},
             {"interactions", run.interactions},
             {"users", run.users},
             {"seconds_per_sweep", run.sweep_s},
             {"speedup", run.speedup},
             {"efficiency", run.efficiency},
             {"waiting_share", run.waiting_share},
             {"basis_share", run.basis_share},
             {"imbalance", run.imbalance},
             {"received_mib_per_sweep", run.received_mib},
             {"unit_hours", run.unit_hours},
             {"unit_hours_per_million_users", 1e6 * run.unit_hours / static_cast<double>(run.users)}});
    return object;
}

}  // namespace alster
