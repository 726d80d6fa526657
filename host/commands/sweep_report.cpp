#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "data/output_lock.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/given_values.hpp"
#include "host/sweep/sweep_report.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr const char* examples =
    "  alster sweep-report sweeps/first\n"
    "  alster sweep-report sweeps/first --html first.html\n"
    "  alster sweep-report sweeps/first --json";

/// Directories that training runs have written to, by name.
std::vector<fs::path> run_directories(const fs::path& sweep)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(sweep, error))
        if (fs::exists(entry.path() / "config.resolved.toml")) found.push_back(entry.path());
    if (error) throw Error(ExitCode::bad_data, "{}: {}", sweep.string(), error.message());
    if (found.empty()) throw Error(ExitCode::bad_data, "{}: holds no training runs", sweep.string());
    std::ranges::sort(found);
    return found;
}

}  // namespace

int sweep_report_command(int argc, char** argv)
{
    fs::path directory;
    CommandLine line("sweep-report", "Compares the runs of a sweep by the metric of the held-out part.", examples);
    line.app().add_option("directory", directory, "Holds one directory a run, as alster sweep makes them")->required();
    fs::path html;
    line.app().add_option("--html", html, "Write a page of it to this file, too");
    if (!line.parse(argc, argv)) return 0;
    std::vector<RunRecord> runs;
    for (const auto& path : run_directories(directory)) runs.push_back(read_run(path));
    const SweepReport report = compare(std::move(runs));
    if (!html.empty()) {
        for (const RunRecord& run : report.runs)
            require_apart("--html", html, run.option("data"), "the dataset of run " + run.name);
        const auto lock = OutputLock::of_file(html);
        const fs::path name = fs::weakly_canonical(directory / "");  // also where it is named "."
        write_whole(html, to_html(report, name.parent_path().filename().string()));
    }
    if (line.json())
        print("{}\n", json_text(to_json(report)));
    else
        print("{}", to_text(report));
    return 0;
}

}  // namespace alster
