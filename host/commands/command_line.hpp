#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace alster {

/// Under mpirun or srun true in one process only, the one that speaks before MPI has started.
[[nodiscard]] bool first_process();

/// While `work` runs, --help shows the options of a command to `reader` and prints nothing.
void read_options(const std::function<void(const CLI::App&)>& reader, const std::function<void()>& work);

/// Options of one subcommand, with what all of them share: --help with examples, --config FILE (TOML; the command line
/// wins; an unknown key is an error) and --json.
class CommandLine {
public:
    CommandLine(const std::string& name, const std::string& summary, const std::string& examples);

    [[nodiscard]] CLI::App& app() { return app_; }

    /// False where --help was asked for and printed. Throws usage (64), or bad_config (78) for the configuration file.
    [[nodiscard]] bool parse(int argc, char** argv);

    [[nodiscard]] bool json() const { return json_; }

    /// All options with their values, as a configuration file that repeats this run.
    [[nodiscard]] std::string resolved() const;

private:
    CLI::App app_;
    bool json_ = false;
};

}  // namespace alster
