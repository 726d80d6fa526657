#include "host/runs/scaling.hpp"

#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster scaling runs/1 runs/2 runs/4 runs/8\n"
    "  alster scaling runs/* --json\n"
    "\n"
    "Strong scaling where all runs have the same data, weak where each core (GPU) has as many interactions.\n"
    "A rank counts as one GPU. docs/reports.md says what each number is.";

}  // namespace

int scaling_command(int argc, char** argv)
{
    std::vector<std::filesystem::path> runs;
    CommandLine line("scaling", "Says how runs on more ranks got faster, and what they cost.", examples);
    line.app().add_option("run", runs, "Directories of finished runs that differ in ranks or threads")->required();
    if (!line.parse(argc, argv)) return 0;
    const Scaling scaling = scaling_of(runs);
    if (line.json())
        print("{}\n", json_text(to_json(scaling)));
    else
        print("{}", to_text(scaling));
    return 0;
}

}  // namespace alster
