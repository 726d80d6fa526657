#include "host/commands/help/help_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/commands/help/wrapped_text.hpp"

namespace alster {

namespace {

constexpr std::size_t margin = 30;  // where descriptions begin

std::string option_text(const OptionText& option, std::size_t width)
{
    std::string text = "  " + heading_of(option);
    std::size_t column = columns_of(text);
    if (column + 2 > margin) {
        text += '\n';
        column = 0;
    }
    for (const std::string& line : wrapped(described(option), width - margin)) {
        text += std::string(margin - column, ' ') + line + "\n";
        column = 0;
    }
    return text;
}

}  // namespace

std::string heading_of(const OptionText& option)
{
    const std::string names = fmt::format("{}", fmt::join(option.names, ", "));
    return option.value.empty() || option.positional ? names : names + " " + option.value;
}

std::string described(const OptionText& option)
{
    return option.notes.empty() ? option.description : fmt::format("{} ({})", option.description, option.notes);
}

std::string help_text(const CommandText& command, std::size_t width)
{
    std::string text =
        fmt::format("{}\n\nUsage: {}\n", fmt::join(wrapped(command.summary, width), "\n"), usage_of(command));
    for (const OptionGroup& group : command.groups) {
        text += fmt::format("\n{}:\n", group.heading);
        for (const OptionText& option : group.options) text += option_text(option, width);
    }
    return text + "\n" + wrapped_footer(command.footer, width);
}

}  // namespace alster
