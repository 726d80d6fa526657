#include "host/commands/help/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace alster {

namespace {

/// "alster ab read" → "ab read".
std::string words_of(const CommandText& command) { return command.name.substr(std::string_view("alster ").size()); }

/// For a text in single quotes; `special` are preceded by a backslash.
std::string in_quotes(std::string_view text, std::string_view special = "")
{
    std::string out = "'";
    for (const char letter : text) {
        if (letter == '\'')
            out += "'\\'";
        else if (special.find(letter) != special.npos)
            out += '\\';
        out += letter;
    }
    return out + "'";
}

template <class Visit>
void each_option(const CommandText& command, const Visit& visit)
{
    for (const OptionGroup& group : command.groups)
        for (const OptionText& option : group.options)
            if (!option.positional) visit(option);
}

std::vector<std::string> parts_of(const ProgramText& program, const std::string& name)
{
    std::vector<std::string> parts;
    for (const CommandText& command : program.options)
        if (const auto words = words_of(command); words.starts_with(name + " "))
            parts.push_back(words.substr(name.size() + 1));
    return parts;
}

std::string bash(const ProgramText& program)
{
    std::vector<std::string> names{"help"};
    std::string parts;
    for (const auto& [name, summary] : program.commands) {
        names.push_back(name);
        if (const auto words = parts_of(program, name); !words.empty())
            parts += fmt::format("        {}) words='{}' command=\"$command ${{COMP_WORDS[2]}}\" first=3 ;;\n", name,
                                 fmt::join(words, " "));
    }
    std::string values;
    std::string options;
    for (const CommandText& command : program.options) {
        std::string all;
        each_option(command, [&](const OptionText& option) {
            for (const std::string& name : option.names) {
                if (name.starts_with("--")) all += " " + name;
                if (!option.choices.empty())
                    values += fmt::format("        '{} {}') words='{}' ;;\n", words_of(command), name,
                                          fmt::join(option.choices, " "));
            }
        });
        options += fmt::format("        '{}') words='{}' ;;\n", words_of(command),
                               all.substr(std::min<std::size_t>(1, all.size())));
    }
    return fmt::format(R"(# bash completion for alster, made by alster help --completion bash
_alster() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command=${{COMP_WORDS[1]}}
    local words='' first=2
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ] || {{ [ "$COMP_CWORD" -eq 2 ] && [ "$command" = help ]; }}; then
        COMPREPLY=($(compgen -W '{}' -- "$word"))
        return
    fi
    case $command in
{}    esac
    if [ "$COMP_CWORD" -lt "$first" ]; then
        COMPREPLY=($(compgen -W "$words" -- "$word"))
        return
    fi
    words=''
    case "$command $before" in
{}    esac
    if [ -z "$words" ] && [[ $word == -* ]]; then
        case $command in
{}        esac
    fi
    [ -z "$words" ] || COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _alster alster
)",
                       fmt::join(names, " "), parts, values, options);
}

/// What _arguments takes: '--backend[where]:word:(auto cpu)'.
std::string zsh_option(const OptionText& option)
{
    std::string text;
    for (const std::string& name : option.names) {
        text += " \\\n            " + in_quotes(name + "[");
        text.pop_back();
        text += in_quotes(option.description, "[]:\\").substr(1);
        text.pop_back();
        text += ']';
        if (!option.choices.empty())
            text += fmt::format(":word:({})", fmt::join(option.choices, " "));
        else if (!option.value.empty())
            text += ":value:_files";
        text += '\'';
    }
    return text;
}

std::string zsh(const ProgramText& program)
{
    std::string commands;
    std::string parts;
    for (const auto& [name, summary] : program.commands) {
        commands += "        " + in_quotes(name + ":" + summary) + "\n";
        if (const auto words = parts_of(program, name); !words.empty())
            parts += fmt::format(
                "        {}) if (( CURRENT == 3 )); then compadd {}; return; fi; command=\"$words[2] $words[3]\" ;;\n",
                name, fmt::join(words, " "));
    }
    std::string options;
    for (const CommandText& command : program.options) {
        options += fmt::format("        '{}') _arguments -s", words_of(command));
        each_option(command, [&](const OptionText& option) { options += zsh_option(option); });
        options += " \\\n            '*:file:_files' ;;\n";
    }
    return fmt::format(R"(#compdef alster
# zsh completion for alster, made by alster help --completion zsh
_alster() {{
    local -a commands
    local command=$words[2]
    commands=(
{}    )
    if (( CURRENT == 2 )) || [[ CURRENT -eq 3 && $command == help ]]; then
        _describe command commands
        return
    fi
    case $command in
{}    esac
    local -i before=${{#${{=command}}}}
    words=(alster "${{(@)words[before + 2,-1]}}")
    (( CURRENT -= before ))
    case $command in
{}    esac
}}
_alster "$@"
)",
                       commands, parts, options);
}

/// The condition under which fish offers the options of a command.
std::string fish_condition(const std::string& words)
{
    std::string condition;
    std::string_view rest = words;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(' '), rest.size());
        condition +=
            fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return condition;
}

std::string fish(const ProgramText& program)
{
    std::string text = "# fish completion for alster, made by alster help --completion fish\n";
    for (const auto& [name, summary] : program.commands) {
        text +=
            fmt::format("complete -c alster -f -n __fish_use_subcommand -a {} -d {}\n", name, in_quotes(summary, "\\"));
        for (const std::string& part : parts_of(program, name))
            text += fmt::format("complete -c alster -f -n '__fish_seen_subcommand_from {}' -a {}\n", name, part);
    }
    for (const CommandText& command : program.options)
        each_option(command, [&](const OptionText& option) {
            text += fmt::format("complete -c alster -n '{}'", fish_condition(words_of(command)));
            for (const std::string& name : option.names)
                text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            if (!option.choices.empty())
                text += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
            else if (!option.value.empty())
                text += " -r";
            text += " -d " + in_quotes(option.description, "\\") + "\n";
        });
    return text;
}

}  // namespace

std::string completion(const ProgramText& program, const std::string& shell)
{
    if (shell == "bash") return bash(program);
    if (shell == "zsh") return zsh(program);
    if (shell == "fish") return fish(program);
    return "";
}

}  // namespace alster
