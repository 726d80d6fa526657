#include "host/commands/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "data/console.hpp"
#include "data/error.hpp"
#include "distributed/mpi_start.hpp"
#include "host/commands/config_file.hpp"
#include "host/commands/given_values.hpp"
#include "host/commands/help/help_text.hpp"
#include "host/commands/help/wrapped_text.hpp"
#include "host/commands/literal_value.hpp"
#include "host/commands/suggestions.hpp"

namespace alster {

namespace {

/// CLI11 names the offending option in front of some messages only; a line is all that a user needs.
std::string one_line(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// NaN passes every comparison that a range makes, and a number of no bound means nothing in a run.
void require_finite_numbers(CLI::App& app)
{
    for (const CLI::Option* option : all_options(app)) {
        if (!option->get_type_name().starts_with("FLOAT")) continue;
        for (const std::string& text : option->results()) {
            char* end = nullptr;
            const double number = std::strtod(text.c_str(), &end);
            if (end != text.c_str() && *end == 0 && !std::isfinite(number))
                throw Error(ExitCode::usage, "{}: {} is not a finite number; see {} --help", option->get_name(), text,
                            app.get_name());
        }
    }
}

/// Of the words that were typed, also of "--option=value".
std::string as_literal_word(const std::string& word)
{
    const auto equals = word.starts_with("--") ? word.find('=') : word.npos;
    const std::size_t begin = equals == word.npos ? 0 : equals + 1;
    return word.substr(0, begin) + as_literal(word.substr(begin));
}

const std::function<void(const CLI::App&)>* reader_of_options = nullptr;

void show_help(const CLI::App& app)
{
    if (reader_of_options)
        (*reader_of_options)(app);
    else if (first_process())
        print("{}", help_text(text_of(app), help_width()));
}

}  // namespace

void read_options(const std::function<void(const CLI::App&)>& reader, const std::function<void()>& work)
{
    reader_of_options = &reader;
    work();
    reader_of_options = nullptr;
}

bool first_process()
{
    const std::string_view rank = rank_of_launcher();
    return rank.empty() || rank == "0";
}

CommandLine::CommandLine(const std::string& name, const std::string& summary, const std::string& examples)
    : app_(summary, "alster " + name)
{
    app_.footer("Examples:\n" + examples);
    app_.option_defaults()->always_capture_default();  // resolved() then writes every value
    app_.config_formatter(std::make_shared<ConfigFile>());
    app_.set_config("--config", "", "Read options from a TOML file; the command line wins");
    app_.allow_config_extras(CLI::config_extras_mode::error);
    app_.add_flag("--json", json_, "Print one JSON object instead of text")->configurable(false);
}

bool CommandLine::parse(int argc, char** argv)
{
    require_known_options(app_, argc, argv);
    require_values(app_, argc, argv);
    const auto drop_mark = [](std::string& value) { return drop_literal_mark(value), std::string(); };
    for (CLI::Option* option : all_options(app_)) option->transform(CLI::Validator(drop_mark, ""));
    std::vector<std::string> words;
    for (int word = argc; word-- > 1;) words.push_back(as_literal_word(argv[word]));  // the last one first
    try {
        app_.parse(std::move(words));
    } catch (const CLI::CallForHelp&) {
        show_help(app_);
        return false;
    } catch (const CLI::ConfigError& error) {
        throw Error(ExitCode::bad_config, "{}: {}", app_.get_option("--config")->as<std::string>(),
                    one_line(error.what()));
    } catch (const CLI::FileError& error) {
        throw Error(ExitCode::bad_config, "{}", one_line(error.what()));
    } catch (const CLI::ParseError& error) {
        throw Error(ExitCode::usage, "{}; see {} --help", one_line(error.what()), app_.get_name());
    }
    require_finite_numbers(app_);
    require_outputs_apart(app_);
    return true;
}

std::string CommandLine::resolved() const { return app_.config_to_str(true, false); }

}  // namespace alster
