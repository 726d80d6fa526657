#include "host/commands/help/command_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace alster {

namespace {

/// Longer lists of choices stand in the notes, and the value has a general name.
constexpr std::size_t longest_value = 34;

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

/// CLI11 writes a type and what checks it as "TEXT:{auto,cpu}", "INT:INT in [1 - 9]" or "ENUM:events|ratings".
void read_type(const std::string& type, OptionText& text)
{
    const auto colon = std::min(type.find(':'), type.size());
    text.value = type.substr(0, colon);
    std::string_view check = std::string_view(type).substr(std::min(colon + 1, type.size()));
    if (check.starts_with('{')) {
        text.choices = split(check.substr(1, check.find('}') - 1), ',');
    } else if (check.find('|') != check.npos) {
        text.choices = split(check, '|');
    } else if (const auto range = check.find(" in ["); range != check.npos) {
        check.remove_prefix(range + 5);
        const auto bounds = check.substr(0, check.find(']'));
        const auto middle = bounds.find(" - ");
        text.notes = fmt::format("{} … {}", bounds.substr(0, middle), bounds.substr(middle + 3));
    } else {
        text.notes = check;
    }
    if (text.choices.empty()) return;
    const std::string all = fmt::format("{}", fmt::join(text.choices, "|"));
    if (all.size() <= longest_value) {
        text.value = all;
    } else {
        text.value = "WORD";
        text.notes = fmt::format("{}", fmt::join(text.choices, ", "));
    }
}

void add_note(std::string& notes, const std::string& note) { notes += (notes.empty() ? "" : ", ") + note; }

OptionText text_of(const CLI::Option& option)
{
    OptionText text;
    text.description = option.get_description();
    text.positional = option.get_positional();
    if (text.positional) text.names.push_back(option.get_name(true));
    for (const auto& name : option.get_snames()) text.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) text.names.push_back("--" + name);
    if (option.get_items_expected_max() == 0) return text;
    read_type(option.get_type_name(), text);
    if (text.value.empty()) text.value = "FILE";  // --config, whose type CLI11 does not tell
    const std::string initial = option.get_default_str();
    if (!initial.empty() && initial != "[]") add_note(text.notes, "default " + initial);
    if (option.get_required()) add_note(text.notes, "required");
    if (option.get_expected_max() == CLI::detail::expected_max_vector_size) text.value += " ...";
    return text;
}

/// Options of `app` by their groups, and those of nameless subcommands, which CLI11 calls option groups.
void add_groups(const CLI::App& app, std::vector<OptionGroup>& groups)
{
    const auto add = [&](const std::string& heading, const auto& wanted) {
        OptionGroup group{heading, {}};
        for (const CLI::Option* option : app.get_options(wanted)) group.options.push_back(text_of(*option));
        if (!group.options.empty()) groups.push_back(std::move(group));
    };
    add("Arguments", [](const CLI::Option* option) { return option->get_positional(); });
    for (const CLI::App* nameless : app.get_subcommands({})) {
        const std::size_t before = groups.size();
        add_groups(*nameless, groups);
        if (groups.size() > before)
            groups[before].heading =
                nameless->get_description() + (nameless->get_require_option_min() > 0 ? " (exactly one)" : "");
    }
    const auto* help = app.get_parent() ? app.get_help_ptr() : nullptr;  // each nameless subcommand has one of its own
    for (const std::string& name : app.get_groups()) {
        if (name.empty()) continue;
        add(name, [&](const CLI::Option* option) {
            return option->nonpositional() && option->get_group() == name && option != help;
        });
    }
}

}  // namespace

CommandText text_of(const CLI::App& app)
{
    CommandText command{app.get_name(), app.get_description(), app.get_footer(), {}};
    add_groups(app, command.groups);
    return command;
}

std::string usage_of(const CommandText& command)
{
    std::string usage = command.name;
    for (const auto& group : command.groups)
        for (const auto& option : group.options)
            if (option.positional)
                usage += option.value.ends_with("...") ? " " + option.names[0] + " ..." : " " + option.names[0];
    return usage + " [OPTIONS]";
}

}  // namespace alster
