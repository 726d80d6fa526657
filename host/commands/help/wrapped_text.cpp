#include "host/commands/help/wrapped_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace alster {

namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t least_width = 60;
constexpr std::size_t most_width = 90;

bool is_command(std::string_view line)
{
    return line.starts_with("      ") || (line.starts_with("  ") && line.find("alster ") != line.npos);
}

/// Where the shell takes a backslash and a line break for a blank: the last place that fits, outside of quotes.
std::size_t break_of(std::string_view command, std::size_t width)
{
    std::size_t last = 0;
    bool quoted = false;
    for (std::size_t n = 6; n < command.size() && n + 2 <= width; ++n) {
        if (command[n] == '\'' || command[n] == '"') quoted = !quoted;
        if (command[n] == ' ' && !quoted) last = n;
    }
    return last;
}

std::string continued(std::string_view command, std::size_t width)
{
    const std::size_t end = columns_of(command) > width ? break_of(command, width) : 0;
    if (end == 0) return std::string(command) + "\n";
    return std::string(command.substr(0, end)) + " \\\n" +
           continued("      " + std::string(command.substr(end + 1)), width);
}

}  // namespace

std::size_t columns_of(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width)
{
    std::vector<std::string> lines{""};
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!lines.back().empty() && columns_of(lines.back()) + 1 + columns_of(word) > width) lines.emplace_back();
        if (!lines.back().empty()) lines.back() += ' ';
        lines.back() += word;
    }
    return lines;
}

std::string wrapped_footer(std::string_view footer, std::size_t width)
{
    std::string text;
    while (!footer.empty()) {
        const auto end = std::min(footer.find('\n'), footer.size());
        const auto line = footer.substr(0, end);
        footer.remove_prefix(std::min(end + 1, footer.size()));
        if (is_command(line))
            text += continued(line, width);
        else if (line.starts_with(' '))
            text += std::string(line) + "\n";
        else
            for (const std::string& part : wrapped(line, width)) text += part + "\n";
    }
    return text;
}

std::size_t help_width()
{
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
    return std::clamp(static_cast<std::size_t>(size.ws_col), least_width, most_width);
}

}  // namespace alster
