#include "data/ingest/separator.hpp"

#include <array>
#include <utility>

#include "data/error.hpp"

namespace alster {

namespace {

using namespace std::string_view_literals;

constexpr auto words = std::to_array<std::pair<std::string_view, Separator>>({
    {"comma", Separator::comma},
    {"semicolon", Separator::semicolon},
    {"tab", Separator::tab},
    {"\\t", Separator::tab},
    {"bar", Separator::bar},
    {"pipe", Separator::bar},
    {"::", Separator::double_colon},
    {"space", Separator::blanks},
    {" ", Separator::blanks},
    {"\\x01", Separator(Separator::Kind::byte, '\1')},
    {"^A", Separator(Separator::Kind::byte, '\1')},
});

/// Letters, digits and what stands in numbers would cut ids and values.
bool can_separate(char c)
{
    constexpr auto punctuation = "!$%&'()*,/:;<=>?@[]^`{|}~\t\1\2\3"sv;
    return punctuation.find(c) != punctuation.npos;
}

}  // namespace

Separator Separator::parse(std::string_view text)
{
    for (const auto& [word, separator] : words)
        if (text == word) return separator;
    if (text.size() != 1 || !can_separate(text.front()))
        throw Error(
            ExitCode::usage,
            "--separator: '{}' is none of ',' ';' '|' '\\t' '::' space, nor another mark that no id or number has",
            text);
    return Separator(Kind::byte, text.front());
}

std::string Separator::word() const
{
    switch (kind_) {
        case Kind::byte:
            break;
        case Kind::double_colon:
            return "'::'";
        case Kind::blanks:
        case Kind::loose:
            return "space";
    }
    if (byte_ == '\t') return "'\\t'";
    return byte_ == '\1' ? "^A" : fmt::format("'{}'", byte_);
}

}  // namespace alster
