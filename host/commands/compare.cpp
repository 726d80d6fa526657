#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/measuring_options.hpp"
#include "host/evaluate/paired_comparison_report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster compare runs/now runs/new --data dataset.h5\n"
    "  mpirun -n 4 alster compare runs/now runs/new runs/other --data dataset.h5 --metric recall --k 20 --json\n"
    "\n"
    "Each run is compared with the first, and the first with popularity, on the same held-out users.\n"
    "docs/evaluate.md says how a verdict comes about, and when not to believe it.";

/// The first model against popularity, the others against the first.
ComparisonReport report_of(const UserValues& values, const ComparisonRules& rules)
{
    ComparisonReport report{values.metric, std::ssize(values.keys), {}, values.notes};
    for (std::size_t n = 1; n < values.systems.size(); ++n)
        report.comparisons.push_back(compare_systems(values, n == 1 ? 0 : 1, n, rules));
    return report;
}

}  // namespace

int compare_command(int argc, char** argv)
{
    UserValueOptions options;
    ComparisonRules rules;
    CommandLine line("compare", "Says which of several models is better, for whom, and how sure that is.", examples);
    line.app()
        .add_option("run", options.runs, "Runs (directories with a model.h5), model files or list files")
        ->required();
    add_measuring_options(line.app(), options, rules);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    const UserValues values = measure_users(ranks, options);
    if (!ranks.leads()) return 0;
    const ComparisonReport report = report_of(values, rules);
    if (line.json())
        print("{}\n", json_text(to_json(report)));
    else
        print("{}", to_text(report));
    return 0;
}

}  // namespace alster
