#include "host/commands/given_values.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "data/error.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr std::array outputs = {"--out", "--verdict"};
constexpr std::array replaceable = {"--extend", "--previous"};
constexpr std::array files_of_a_run = {"model.h5", "neighbours.h5"};
constexpr std::array beside_an_output = {"", ".quarantine.tsv", ".users.quarantine.tsv", ".items.quarantine.tsv"};

template <std::size_t n>
bool is_one_of(const CLI::Option& option, const std::array<const char*, n>& names)
{
    return std::ranges::any_of(names, [&](const char* name) { return option.check_name(name); });
}

bool same_file(const fs::path& a, const fs::path& b)
{
    std::error_code failed;
    return fs::is_regular_file(a, failed) && fs::equivalent(a, b, failed);
}

/// What is read where an option has this value. Of a run whose checkpoint is asked for no model is.
std::vector<fs::path> files_of(const CLI::Option& option, const fs::path& value)
{
    std::error_code failed;
    if (!fs::is_directory(value, failed) || option.check_name("checkpoint")) return {value};
    std::vector<fs::path> files;
    for (const char* name : files_of_a_run) files.push_back(value / name);
    return files;
}

void require_apart(const CLI::Option& option, const fs::path& output, const CLI::Option& other)
{
    for (const std::string& value : other.results())
        for (const fs::path& input : files_of(other, value))
            for (const char* suffix : beside_an_output)
                if (same_file(output.string() + suffix, input))
                    throw Error(ExitCode::usage, "{} {}: {} is an input ({}): choose another name", option.get_name(),
                                output.string(), *suffix == 0 ? "it" : output.string() + suffix, other.get_name());
}

}  // namespace

std::vector<CLI::Option*> all_options(CLI::App& app)
{
    std::vector<CLI::Option*> options = app.get_options({});
    for (CLI::App* group : app.get_subcommands([](const CLI::App* one) { return one->get_name().empty(); }))
        for (CLI::Option* option : all_options(*group)) options.push_back(option);
    return options;
}

void require_values(const CLI::App& app, int argc, char** argv)
{
    std::string option;
    for (int n = 1; n < argc; ++n) {
        const std::string word = argv[n];
        if (word.starts_with("--")) option = word.substr(0, word.find('='));
        if (word.empty() || word == option + '=')
            throw Error(ExitCode::usage, "{}: a value is empty: give one, or leave the option out; see {} --help",
                        option.empty() ? "the first word" : option, app.get_name());
    }
}

void require_outputs_apart(CLI::App& app)
{
    std::vector<CLI::Option*> given = all_options(app);
    std::erase_if(given, [](const CLI::Option* option) { return option->count() == 0; });
    for (const CLI::Option* option : given) {
        if (!is_one_of(*option, outputs)) continue;
        for (const CLI::Option* other : given)
            if (!is_one_of(*other, outputs) && !is_one_of(*other, replaceable))
                for (const std::string& output : option->results()) require_apart(*option, output, *other);
    }
}

}  // namespace alster
