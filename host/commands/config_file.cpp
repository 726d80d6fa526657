#include "host/commands/config_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "data/json_text.hpp"
#include "host/commands/literal_value.hpp"
#include "host/runs/toml_value.hpp"

namespace alster {

namespace {

// TOML is UTF-8, paths need not be: a byte that is none stands, while TOML is read, as a character of private use.
constexpr char32_t first_private = 0x10F700;

std::string private_character(unsigned char byte)
{
    const char32_t code = first_private + byte;
    return {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3F)),
            static_cast<char>(0x80 | ((code >> 6) & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
}

/// Bytes of the character that `text` begins with; 0 where that is no UTF-8.
std::size_t character_length(std::string_view text)
{
    for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(4, text.size()); ++bytes) {
        const std::string character(text.substr(0, bytes));
        if (valid_utf8(character) == character) return bytes;
    }
    return 0;
}

std::string as_utf8(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const std::size_t bytes = character_length(text);
        if (bytes == 0)
            result += private_character(static_cast<unsigned char>(text.front()));
        else
            result += text.substr(0, bytes);
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return result;
}

std::string with_own_bytes(std::string text)
{
    for (int byte = 0x80; byte <= 0xFF; ++byte) {
        const std::string character = private_character(static_cast<unsigned char>(byte));
        for (auto at = text.find(character); at != text.npos; at = text.find(character, at))
            text.replace(at, character.size(), 1, static_cast<char>(byte));
    }
    return text;
}

template <class Number>
bool is_plain(std::string_view text)
{
    Number number{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    return status == std::errc() && end == text.data() + text.size() && fmt::format("{}", number) == text;
}

/// Numbers as they are, where they read back as the same text.
std::string toml_text(const std::string& value)
{
    // -0 would be read as 0
    const bool finite = value != "-0" && value.find_first_not_of("0123456789+-.e") == value.npos;
    if (finite && (is_plain<std::int64_t>(value) || is_plain<double>(value))) return value;
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            text += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            text += fmt::format("\\u{:04X}", static_cast<int>(c));
        else
            text += c;
    }
    return text + '"';
}

std::string toml_list(const std::vector<std::string>& values)
{
    std::string text = "[";
    for (const auto& value : values) text += (text.size() > 1 ? ", " : "") + toml_text(value);
    return text + ']';
}

std::string value_of(const CLI::Option& option)
{
    const bool is_flag = option.get_expected_min() == 0, is_list = option.get_expected_max() > 1;
    if (option.count() == 0) return is_flag ? "false" : is_list ? "[]" : toml_text(option.get_default_str());
    const auto values = option.reduced_results();
    if (is_list) return toml_list(values);
    return is_flag && (values.front() == "true" || values.front() == "false") ? values.front()
                                                                              : toml_text(values.front());
}

std::string text_of(const toml::node& node, std::string_view key)
{
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    const auto text = as_typed(node);
    if (!text)
        throw CLI::ConfigError(fmt::format("line {}: {} is no value of an option", node.source().begin.line, key));
    if (text->empty())
        throw CLI::ConfigError(
            fmt::format("line {}: {} is empty: give it a value, or leave it out", node.source().begin.line, key));
    return with_own_bytes(*text);
}

}  // namespace

std::string ConfigFile::to_config(const CLI::App* app, bool /*default_also*/, bool /*write_description*/,
                                  std::string prefix) const
{
    std::string text;
    for (const CLI::Option* option : app->get_options({}))
        if (option->get_configurable() && (option->count() > 0 || value_of(*option) != "\"\""))
            text += fmt::format("{}{}={}\n", prefix, option->get_single_name(), value_of(*option));
    return text;
}

std::vector<CLI::ConfigItem> ConfigFile::from_config(std::istream& input) const
{
    const std::string text((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
    toml::table table;
    try {
        table = toml::parse(as_utf8(text));
    } catch (const toml::parse_error& error) {
        throw CLI::ConfigError(fmt::format("line {}: {}; texts stand in quotes, as in backend = \"cpu\"",
                                           error.source().begin.line, error.description()));
    }
    std::vector<CLI::ConfigItem> options;
    for (const auto& [key, node] : table) {
        CLI::ConfigItem item;
        item.name = key.str();
        if (const auto* list = node.as_array()) {
            for (const auto& value : *list) item.inputs.push_back(as_literal(text_of(value, key.str())));
            if (item.inputs.empty()) continue;
        } else {
            item.inputs = {as_literal(text_of(node, key.str()))};
        }
        options.push_back(std::move(item));
    }
    return options;
}

}  // namespace alster
