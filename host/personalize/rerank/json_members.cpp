#include "host/personalize/rerank/json_members.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text)
{
    const auto first = std::min(text.size(), text.find_first_not_of(blanks));
    text.remove_prefix(first);
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Behind the quote that ends the string which begins at `quote`.
std::size_t string_end(std::string_view text, std::size_t quote)
{
    std::size_t at = quote + 1;
    while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    return at + 1;
}

/// The parts that commas divide outside of strings and brackets.
std::vector<std::string_view> parts_of(std::string_view text)
{
    std::vector<std::string_view> parts;
    std::size_t first = 0;
    int depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char byte = text[at];
        if (byte == '"') {
            at = string_end(text, at);
            continue;
        }
        depth += byte == '{' || byte == '[' ? 1 : byte == '}' || byte == ']' ? -1 : 0;
        if (byte == ',' && depth == 0) {
            parts.push_back(trimmed(text.substr(first, at - first)));
            first = at + 1;
        }
        ++at;
    }
    parts.push_back(trimmed(text.substr(first)));
    return parts;
}

std::string_view inside(std::string_view text)
{
    text = trimmed(text);
    return trimmed(text.substr(1, text.size() - 2));
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> members_of(std::string_view object)
{
    std::vector<std::pair<std::string_view, std::string_view>> members;
    const std::string_view text = inside(object);
    if (text.empty()) return members;
    for (const std::string_view member : parts_of(text)) {
        const std::size_t end = string_end(member, 0);
        members.emplace_back(member.substr(0, end), trimmed(member.substr(member.find(':', end) + 1)));
    }
    return members;
}

std::vector<std::string_view> elements_of(std::string_view array)
{
    const std::string_view text = inside(array);
    return text.empty() ? std::vector<std::string_view>() : parts_of(text);
}

}  // namespace alster
