#include "host/runs/run_report.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/error.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

/// The files that manifest.json lists; none where the run is not finished.
nlohmann::json listed_files(const fs::path& run)
{
    std::ifstream file(run / "manifest.json");
    const auto manifest = nlohmann::json::parse(file, nullptr, false);
    return manifest.is_object() ? manifest.value("files", nlohmann::json::array()) : nlohmann::json::array();
}

fs::path dataset_of(const RunReportOptions& options, const RunRecord& record)
{
    const fs::path data = options.data.empty() ? fs::path(record.option("data")) : options.data;
    if (!fs::exists(data))
        throw Error(ExitCode::usage,
                    "{}: the dataset is not there: give it by --data, or --log-only for a page of the run's log alone",
                    data.string());
    return data;
}

void require_model(const fs::path& run)
{
    if (!fs::exists(run / "model.h5"))
        throw Error(ExitCode::usage, "{}: has no model.h5 yet: give --log-only for a page of the run's log alone",
                    run.string());
}

void measure(const Communicator& ranks, const RunReportOptions& options, const ServedOptions& files, RunReport& report)
{
    EvaluateOptions what;
    what.served = files;
    what.ks = options.ks;
    report.evaluation = evaluate(ranks, what);
    const auto lengths = report.evaluation->ranking->model.ks;
    const Row k = std::ranges::find(lengths, Row{10}) != lengths.end() ? 10 : lengths.front();
    const UserValues values = measure_users(
        ranks,
        {.runs = {files.model}, .data = files.data, .k = k, .backend = options.backend, .threads = options.threads});
    report.compared_by = values.metric;
    if (ranks.leads()) report.comparison = compare_systems(values, 0, 1, {});
    report.warnings.insert(report.warnings.end(), report.evaluation->warnings.begin(),
                           report.evaluation->warnings.end());
}

void add_warnings(RunReport& report)
{
    const RunHistory& history = report.history;
    auto& warnings = report.warnings;
    if (history.end.empty()) warnings.emplace_back("The run is not finished: its log has no end.");
    if (history.end.value("partial", false)) warnings.emplace_back("The model is one of an unfinished run.");
    for (const auto& incident : history.incidents) warnings.push_back(incident);
    if (report.evaluation)
        for (const auto& note : report.evaluation->notes) warnings.push_back(note);
    else if (const auto note = history.end.value("note", std::string()); !note.empty())
        warnings.push_back(note);
}

}  // namespace

RunReport make_run_report(const Communicator& ranks, const RunReportOptions& options)
{
    RunReport report{.record = read_run(options.run), .history = read_history(options.run)};
    report.files = listed_files(options.run);
    if (!options.log_only) {
        require_model(options.run);
        const ServedOptions files{options.run / "model.h5", dataset_of(options, report.record), options.backend,
                                  options.threads};
        ServedModel served(ranks, files);
        report.model = served.info();
        report.data = served.dataset().info();
        if (report.data->held_out > 0) measure(ranks, options, files, report);
        if (options.users > 0)
            report.users = sample_users(served, static_cast<std::size_t>(options.users), options.list);
    }
    add_warnings(report);
    return report;
}

}  // namespace alster
