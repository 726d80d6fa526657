#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/plan/doctor.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster doctor\n"
    "  alster doctor --in /scratch/me --json\n"
    "  srun -n 4 alster doctor\n"
    "\n"
    "Each line is ok, a warning, or failed, with what to do. Exit code 69 where something failed.";

nlohmann::ordered_json to_json(const std::vector<Finding>& findings, bool healthy)
{
    auto list = nlohmann::ordered_json::array();
    for (const Finding& one : findings)
        list.push_back(
            {{"what", one.what}, {"health", name(one.health)}, {"found", one.found}, {"advice", one.advice}});
    return {{"healthy", healthy}, {"findings", list}};
}

void print_text(const std::vector<Finding>& findings)
{
    for (const Finding& one : findings) {
        print("{:<10} {:<8} {}\n", one.what, name(one.health), printable(one.found));
        if (!one.advice.empty()) print("{:<19} {}\n", "", one.advice);
    }
}

}  // namespace

int doctor_command(int argc, char** argv)
{
    CommandLine line("doctor", "Says what this machine has for a run, and what to change.", examples);
    std::filesystem::path directory = ".";
    bool trial = false;
    line.app().add_option("--in", directory, "The folder where files will be written")->check(CLI::ExistingDirectory);
    line.app().add_flag("--mpi-trial", trial, "Start MPI and end")->group("")->configurable(false);
    if (!line.parse(argc, argv)) return 0;
    const Communicator ranks;
    if (trial) return 0;
    const auto findings = examine(ranks, std::filesystem::weakly_canonical(directory));
    if (!ranks.leads()) return 0;
    const bool healthy =
        std::ranges::none_of(findings, [](const Finding& one) { return one.health == Health::failed; });
    if (line.json())
        print("{}\n", json_text(to_json(findings, healthy)));
    else
        print_text(findings);
    return static_cast<int>(healthy ? ExitCode::done : ExitCode::unavailable);
}

}  // namespace alster
