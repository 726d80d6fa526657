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

constexpr std::array outputs = {"--out", "--verdict", "--html"};
constexpr std::array replaceable = {"--extend", "--previous"};
constexpr std::array files_of_a_run = {"model.h5", "neighbours.h5", "metrics.jsonl", "manifest.json",
                                       "config.resolved.toml"};
constexpr std::array beside_an_output = {"", ".quarantine.tsv", ".users.quarantine.tsv", ".items.quarantine.tsv"};

template <std::size_t n>
bool is_one_of(const CLI::Option& option, const std::array<const char*, n>& names)
{
    return std::ranges::any_of(names, [&](const char* name) { return option.check_name(name); });
}

[[noreturn]] void refuse(const std::string& option, const fs::path& output, const std::string& what,
                         const std::string& named_by)
{
    throw Error(ExitCode::usage, "{} {}: {} is an input ({}): choose another name", option, output.string(), what,
                named_by);
}

bool same_file(const fs::path& a, const fs::path& b)
{
    std::error_code failed;
    return fs::is_regular_file(a, failed) && fs::equivalent(a, b, failed);
}

/// What is read where an option has this value: of a directory the files of its run, and of those of a sweep. Of a run
/// whose checkpoint is asked for no model is.
std::vector<fs::path> files_of(const CLI::Option& option, const fs::path& value)
{
    std::error_code failed;
    if (!fs::is_directory(value, failed) || option.check_name("checkpoint")) return {value};
    std::vector<fs::path> runs{value}, files;
    if (option.check_name("directory"))
        for (const auto& entry : fs::directory_iterator(value, failed)) runs.push_back(entry.path());
    for (const fs::path& run : runs)
        for (const char* name : files_of_a_run) files.push_back(run / name);
    return files;
}

void require_apart(const CLI::Option& option, const fs::path& output, const CLI::Option& other)
{
    for (const std::string& value : other.results())
        for (const fs::path& input : files_of(other, value))
            for (const char* suffix : beside_an_output)
                if (same_file(output.string() + suffix, input))
                    refuse(option.get_name(), output, *suffix == 0 ? "it" : output.string() + suffix, other.get_name());
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

void require_apart(const std::string& option, const fs::path& output, const fs::path& input,
                   const std::string& named_by)
{
    if (same_file(output, input)) refuse(option, output, "it", named_by);
}

}  // namespace alster
