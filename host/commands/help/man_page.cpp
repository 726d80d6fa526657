#include "host/commands/help/man_page.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/commands/help/help_text.hpp"
#include "host/commands/help/wrapped_text.hpp"
#include "host/machine/version.hpp"

namespace alster {

namespace {

constexpr std::size_t example_width = 72;  // roff indents them

constexpr const char* exit_status =
    ".SH EXIT STATUS\n"
    "0 done; 10 guardrail; 11 quality gate; 12 diverged; 13 out of memory; 64 usage; 65 bad data; 69 unavailable;\n"
    "70 internal; 73 cannot create; 74 input/output; 75 resumable, run the same command again; 78 bad configuration.\n";

/// Text as roff shows it: a backslash, a hyphen that is copied as one, and no line that roff takes for a request.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char letter : text) {
        if ((letter == '.' || letter == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
        if (letter == '\\')
            out += "\\(rs";
        else if (letter == '-')
            out += "\\-";
        else
            out += letter;
    }
    return out;
}

std::string upper(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char byte) { return std::toupper(byte); });
    return text;
}

/// "alster ab read" is the page alster-ab-read.
std::string page_name(std::string name)
{
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string head(const std::string& page, std::string_view summary)
{
    return fmt::format(".TH {} 1 \"\" \"alster {}\" \"alster\"\n.SH NAME\n{} \\- {}\n", upper(page), version(),
                       escaped(page), escaped(summary));
}

}  // namespace

std::string man_page(const CommandText& command)
{
    std::string text = head(page_name(command.name), command.summary);
    text += fmt::format(".SH SYNOPSIS\n{}\n", escaped(usage_of(command)));
    for (const OptionGroup& group : command.groups) {
        text += fmt::format(".SH {}\n", upper(group.heading));
        for (const OptionText& option : group.options)
            text += fmt::format(".TP\n.B {}\n{}\n", escaped(heading_of(option)), escaped(described(option)));
    }
    std::string footer = command.footer;
    if (footer.starts_with("Examples:\n")) footer.erase(0, 10);
    text += fmt::format(".SH EXAMPLES\n.nf\n{}.fi\n", escaped(wrapped_footer(footer, example_width)));
    return text + exit_status + ".SH SEE ALSO\n.BR alster (1)\n";
}

std::string man_page(const std::vector<std::pair<std::string, std::string>>& commands)
{
    std::string text = head("alster", "exact alternating least squares for recommendation, on MPI ranks");
    text += ".SH SYNOPSIS\nalster COMMAND [OPTIONS]\n.br\nmpirun \\-n 4 alster COMMAND [OPTIONS]\n.SH COMMANDS\n";
    for (const auto& [name, summary] : commands)
        text += fmt::format(".TP\n.BR {} (1)\n{}\n", escaped(page_name("alster " + name)), escaped(summary));
    return text + exit_status;
}

}  // namespace alster
