#include "data/ingest/json_objects.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::string_view separators = " \t\r\n\x1e,[]";  // 1e: JSON text sequences, RFC 7464
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Bytes of what is no object.
std::size_t other_length(std::string_view text)
{
    std::size_t end = std::min(text.find('{'), text.size());
    while (end > 1 && separators.find(text[end - 1]) != separators.npos) --end;
    return end;
}

}  // namespace

std::size_t separators_length(std::string_view text)
{
    return std::min(text.find_first_not_of(separators), text.size());
}

std::size_t object_length(std::string_view text)
{
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\') ++i;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return text.npos;
}

void split_objects(std::string_view line, std::vector<std::string_view>& objects)
{
    objects.clear();
    std::size_t whole = 0, others = 0;
    for (std::string_view rest = line;;) {
        rest.remove_prefix(separators_length(rest));
        if (rest.empty()) break;
        std::size_t length = rest.front() == '{' ? object_length(rest) : other_length(rest);
        const bool object = rest.front() == '{' && length != rest.npos;
        length = std::min(length, rest.size());
        ++(object ? whole : others);
        objects.push_back(rest.substr(0, length));
        rest.remove_prefix(length);
    }
    if (others > 0 && whole < 2) objects.assign(1, line);
}

bool objects_span_lines(std::string_view beginning, bool whole)
{
    bool open = false;  // a line began an object and did not end it
    if (beginning.starts_with(byte_order_mark)) beginning.remove_prefix(byte_order_mark.size());
    while (!beginning.empty()) {
        const auto end = beginning.find('\n');
        if (end == beginning.npos && !whole)
            return open || beginning.substr(separators_length(beginning)).starts_with('{');
        auto line = beginning.substr(0, end);
        beginning.remove_prefix(std::min(beginning.size(), line.size() + 1));
        line.remove_prefix(separators_length(line));
        if (line.empty()) continue;
        if (line.front() != '{') return open;
        if (object_length(line) != line.npos) return false;
        open = true;
    }
    return false;
}

void require_end_of_array(const std::string& path)
{
    constexpr std::size_t most = 4096;
    std::error_code failed;
    if (!std::filesystem::is_regular_file(path, failed)) return;
    std::ifstream file(path, std::ios::binary);
    std::string text(most, '\0');
    const auto read = [&] {
        file.read(text.data(), static_cast<std::streamsize>(most));
        text.resize(static_cast<std::size_t>(file.gcount()));
        file.clear();
        return std::string_view(text);
    };
    std::string_view beginning = read();
    if (beginning.starts_with(byte_order_mark)) beginning.remove_prefix(byte_order_mark.size());
    const auto first = beginning.find_first_not_of(" \t\r\n");
    if (first == beginning.npos || beginning[first] != '[') return;
    if (object_length(beginning.substr(first)) != beginning.npos) return;  // it ends here
    text.resize(most);
    file.seekg(0, std::ios::end);
    file.seekg(std::max<std::streamoff>(0, static_cast<std::streamoff>(file.tellg()) - std::streamoff{most}));
    const std::string_view end = read();
    const auto last = end.find_last_not_of(" \t\r\n");
    if (last != end.npos && end[last] != ']')
        throw Error(ExitCode::bad_data, "{}: begins with [ and does not end with ]: its end is missing", path);
}

}  // namespace alster
