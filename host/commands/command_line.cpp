#include "host/commands/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "data/console.hpp"
#include "data/error.hpp"
#include "host/commands/config_file.hpp"

namespace alster {

namespace {

/// CLI11 names the offending option in front of some messages only; a line is all that a user needs.
std::string one_line(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

}  // namespace

bool first_process()
{
    for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"})
        if (const char* rank = std::getenv(variable)) return std::string_view(rank) == "0";
    return true;
}

CommandLine::CommandLine(const std::string& name, const std::string& summary, const std::string& examples)
    : app_(summary, "alster " + name)
{
    app_.footer("Examples:\n" + examples);
    app_.option_defaults()->always_capture_default();  // resolved() then writes every value
    app_.get_formatter()->column_width(34);
    app_.config_formatter(std::make_shared<ConfigFile>());
    app_.set_config("--config", "", "Read options from a TOML file; the command line wins");
    app_.allow_config_extras(CLI::config_extras_mode::error);
    app_.add_flag("--json", json_, "Print one JSON object instead of text")->configurable(false);
}

bool CommandLine::parse(int argc, char** argv)
{
    try {
        app_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        if (first_process()) print("{}", app_.help());
        return false;
    } catch (const CLI::ConfigError& error) {
        throw Error(ExitCode::bad_config, "{}: {}", app_.get_option("--config")->as<std::string>(),
                    one_line(error.what()));
    } catch (const CLI::FileError& error) {
        throw Error(ExitCode::bad_config, "{}", one_line(error.what()));
    } catch (const CLI::ParseError& error) {
        throw Error(ExitCode::usage, "{}; see {} --help", one_line(error.what()), app_.get_name());
    }
    return true;
}

std::string CommandLine::resolved() const { return app_.config_to_str(true, false); }

}  // namespace alster
