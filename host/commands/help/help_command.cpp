#include "host/commands/help/help_command.hpp"

#include <fmt/format.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "data/console.hpp"
#include "data/error.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/help/completion.hpp"
#include "host/commands/help/man_page.hpp"
#include "host/commands/suggestions.hpp"

namespace alster {

namespace {

/// The options of `command`, or of one of the parts that it consists of.
CommandText text_of(const Command& command, const std::string& part)
{
    static char help[] = "--help";
    std::string name = command.name;
    std::string second = part;
    std::vector<char*> words{name.data()};
    if (!part.empty()) words.push_back(second.data());
    words.push_back(help);
    words.push_back(nullptr);
    CommandText text;
    read_options([&](const CLI::App& app) { text = alster::text_of(app); },
                 [&] { command.run(static_cast<int>(words.size()) - 1, words.data()); });
    return text;
}

ProgramText text_of(std::span<const Command> commands)
{
    ProgramText program;
    for (const Command& command : commands) {
        program.commands.emplace_back(command.name, command.summary);
        std::istringstream parts(command.parts);
        std::string part;
        if (!(parts >> part)) program.options.push_back(text_of(command, ""));
        for (; parts; parts >> part) program.options.push_back(text_of(command, part));
    }
    return program;
}

void print_pages(const ProgramText& program)
{
    for (const CommandText& command : program.options) print("{}\n", command.name);
}

/// `words`: "train" or "ab read".
void print_man_page(const ProgramText& program, const std::string& words)
{
    if (words.empty()) return print(man_page(program.commands));
    for (const CommandText& command : program.options)
        if (command.name == "alster " + words) return print(man_page(command));
    throw Error(ExitCode::usage, "alster help --man {}: no such page; see alster help --pages", words);
}

void print_completion(const ProgramText& program, const std::string& shell)
{
    const std::string script = completion(program, shell);
    if (script.empty()) throw Error(ExitCode::usage, "alster help --completion {}: write bash, zsh or fish", shell);
    print(script);
}

}  // namespace

void print_overview(std::span<const Command> commands)
{
    print("Exact alternating least squares on MPI ranks.\n\nUsage: alster COMMAND [OPTIONS]\n\n");
    for (const auto& command : commands) print("  {:<18} {}\n", command.name, command.summary);
    print("\nalster help COMMAND explains a command; alster --version shows the build.\n");
}

int refuse_command(std::span<const Command> commands, const char* word)
{
    std::vector<std::string> known;
    for (const auto& command : commands) known.emplace_back(command.name);
    const std::string near = nearest_word(word, known);
    say("alster: unknown command '{}'{}; see alster --help", word,
        near.empty() ? "" : fmt::format(": did you mean {}?", near));
    return static_cast<int>(ExitCode::usage);
}

int help_command(std::span<const Command> commands, int argc, char** argv)
{
    const std::string_view word = argc > 1 ? argv[1] : "";
    const std::string second = argc > 2 ? argv[2] : "";
    const std::string third = argc > 3 ? fmt::format("{} {}", second, argv[3]) : second;
    if (word.empty()) return run_guarded([&] { print_overview(commands); });
    if (word == "--pages") return run_guarded([&] { print_pages(text_of(commands)); });
    if (word == "--man") return run_guarded([&] { print_man_page(text_of(commands), third); });
    if (word == "--completion") return run_guarded([&] { print_completion(text_of(commands), second); });
    static char option[] = "--help";
    for (const auto& command : commands) {
        if (word != command.name) continue;
        std::vector<char*> words{argv[1]};
        if (argc > 2) words.push_back(argv[2]);
        words.push_back(option);
        words.push_back(nullptr);
        return run({command.name, command.summary, command.run, false}, static_cast<int>(words.size()) - 1,
                   words.data());
    }
    return refuse_command(commands, argv[1]);
}

}  // namespace alster
