#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "data/output_path.hpp"
#include "distributed/leader.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/given_values.hpp"
#include "host/runs/run_report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster report runs/new\n"
    "  mpirun -n 4 alster report runs/new --data dataset.h5 --out new.html\n"
    "  alster report runs/new --log-only\n"
    "\n"
    "One HTML file: open it in a browser, send it to others. It loads nothing and runs no script.\n"
    "docs/reports.md says what is on it.";

void add_options(CLI::App& app, RunReportOptions& options, std::filesystem::path& out)
{
    app.add_option("run", options.run, "The directory of a run of alster train")
        ->required()
        ->check(CLI::ExistingDirectory);
    auto* data = app.add_option("--data", options.data, "Its dataset.h5; else where the run says it was");
    app.add_flag("--log-only", options.log_only, "A page of the run's log alone: nothing is measured, no lists")
        ->excludes(data);
    app.add_option("--out", out, "The page; else report.html in the run's directory");
    app.add_option("--k", options.ks, "Lengths of the lists that are measured: 10,20,100")
        ->delimiter(',')
        ->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_option("--sample", options.users, "Users whose lists are shown; 0: none, so that no id is on the page")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{200}))
        ->capture_default_str();
    app.add_option("--places", options.list, "Places shown of each list")
        ->check(CLI::Range(Row{1}, Row{100}))
        ->capture_default_str();
    app.add_option("--backend", options.backend, "Where items are scored: auto, cuda or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

}  // namespace

int report_command(int argc, char** argv)
{
    RunReportOptions options;
    std::filesystem::path out;
    CommandLine line("report", "Makes a page of a run: how it went, how good it is, what users get.", examples);
    add_options(line.app(), options, out);
    if (!line.parse(argc, argv)) return 0;
    if (out.empty()) out = options.run / "report.html";

    const Communicator ranks;
    by_leader(ranks,
              [&] { require_apart("--out", out, read_run(options.run).option("data"), "the dataset of the run"); });
    const auto lock = lock_output(ranks, out);
    const RunReport report = make_run_report(ranks, options);
    std::size_t bytes = 0;
    by_leader(ranks, [&] {
        const std::string page = to_html(report);
        write_whole(out, page);
        bytes = page.size();
    });
    if (!ranks.leads()) return 0;
    for (const auto& warning : report.warnings) say("alster: warning: {}", warning);
    if (line.json())
        print("{}\n", json_text(nlohmann::json{{"report", out.string()}, {"bytes", bytes}}));
    else
        print("{}: {:.0f} KiB; open it in a browser\n", out.string(), static_cast<double>(bytes) / 1024);
    return 0;
}

}  // namespace alster
