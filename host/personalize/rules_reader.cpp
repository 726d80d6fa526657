#include "host/personalize/rules_reader.hpp"

#include <fmt/format.h>
#include <cmath>

#include <fstream>
#include <iterator>

#include "data/ingest/attribute_encoder.hpp"
#include "data/sha256.hpp"

namespace alster {

namespace {

std::string iso(const toml::date& date) { return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day); }

}  // namespace

RulesText read_rules(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) throw Error(ExitCode::bad_config, "{}: the rules cannot be read", path);
    Sha256 digest;
    digest.update(std::as_bytes(std::span(text)));
    return {text, digest.hex()};
}

toml::table RulesReader::parse(const std::string& text) const
{
    try {
        return toml::parse(text, path_);
    } catch (const toml::parse_error& error) {
        throw Error(ExitCode::bad_config, "{}:{}: {}", path_, error.source().begin.line, error.description());
    }
}

std::string RulesReader::where(const toml::node& node) const
{
    return fmt::format("{}:{}", path_, node.source().begin.line);
}

void RulesReader::each(const toml::table& table, std::initializer_list<std::string_view> known,
                       const std::function<void(const std::string&, const toml::node&)>& visit) const
{
    for (const auto& [key, value] : table) {
        if (std::ranges::find(known, key.str()) == known.end())
            fail(value, "unknown key '{}'; known are: {}", key.str(), fmt::join(known, ", "));
        visit(std::string(key.str()), value);
    }
}

const toml::table& RulesReader::table(const toml::node& node, const std::string& what) const
{
    const auto* table = node.as_table();
    if (!table) fail(node, "'{}' must be a table", what);
    return *table;
}

std::string RulesReader::text(const toml::node& node, const std::string& what) const
{
    const auto* text = node.as_string();
    if (!text || text->get().empty()) fail(node, "'{}' must be a text", what);
    return text->get();
}

bool RulesReader::truth(const toml::node& node, const std::string& what) const
{
    if (!node.is_boolean()) fail(node, "'{}' must be true or false", what);
    return node.value_or(false);
}

/// A text, number or truth value as attributes show them.
std::string RulesReader::value(const toml::node& node, const std::string& what) const
{
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    fail(node, "'{}' must be a text, a number or true or false, or a list of these", what);
}

std::vector<std::string> RulesReader::values(const toml::node& node, const std::string& what) const
{
    std::vector<std::string> values;
    if (const auto* array = node.as_array())
        for (const auto& element : *array) values.push_back(value(element, what));
    else
        values.push_back(value(node, what));
    if (values.empty()) fail(node, "'{}' is empty: leave it out", what);
    return values;
}

std::map<std::string, std::vector<std::string>> RulesReader::named_lists(const toml::node& node,
                                                                         const std::string& what) const
{
    std::map<std::string, std::vector<std::string>> lists;
    for (const auto& [key, list] : table(node, what)) lists[std::string(key.str())] = values(list, what);
    return lists;
}

double RulesReader::number(const toml::node& node, const std::string& what) const
{
    const auto number = node.value<double>();
    if (!number || !node.is_number() || !std::isfinite(*number)) fail(node, "'{}' must be a number", what);
    return *number;
}

/// Unix seconds of a date, or of a text that a file of items could have.
double RulesReader::time(const toml::node& node, const std::string& what) const
{
    std::optional<std::int64_t> seconds;
    if (const auto* date = node.as_date()) seconds = attribute_time(fmt::format("{}", iso(date->get())));
    if (const auto* instant = node.as_date_time()) {
        const auto& value = instant->get();
        seconds = attribute_time(fmt::format("{}T{:02}:{:02}:{:02}", iso(value.date), value.time.hour,
                                             value.time.minute, value.time.second));
        if (seconds && value.offset) *seconds -= 60 * std::int64_t{value.offset->minutes};
    }
    if (const auto* text = node.as_string()) seconds = attribute_time(text->get());
    if (!seconds) fail(node, "'{}' must be a time, as 2026-11-27 or 2026-11-27T18:00:00Z", what);
    return static_cast<double>(*seconds);
}

Condition RulesReader::condition(const std::string& attribute, const toml::node& node) const
{
    Condition asked{.attribute = attribute, .where = where(node)};
    const auto* table = node.as_table();
    if (!table) {
        asked.any_of = values(node, attribute);
        return asked;
    }
    if (table->empty()) fail(node, "'{}' asks for nothing", attribute);
    each(*table, {"any_of", "all_of", "none_of", "at_most", "at_least", "from", "until", "any_of_user", "at_most_user"},
         [&](const std::string& key, const toml::node& value) {
             if (key == "any_of") asked.any_of = values(value, key);
             if (key == "all_of") asked.all_of = values(value, key);
             if (key == "none_of") asked.none_of = values(value, key);
             if (key == "at_most" && value.is_number()) asked.most = number(value, key);
             if (key == "at_most" && !value.is_number()) asked.at_most = values(value, key);
             if (key == "at_least") asked.least = number(value, key);
             if (key == "from") asked.from = time(value, key);
             if (key == "until") asked.until = time(value, key);
             if (key == "any_of_user") asked.any_of_user = text(value, key);
             if (key == "at_most_user") asked.at_most_user = text(value, key);
         });
    const bool two_users = !asked.any_of_user.empty() && !asked.at_most_user.empty();
    const bool two_lists = !asked.any_of.empty() && !asked.any_of_user.empty();
    const bool two_caps = (asked.most || !asked.at_most.empty()) && !asked.at_most_user.empty();
    if (two_users || two_lists || two_caps)
        fail(node, "'{}' compares with the user twice, or with the user and a value: write two alternatives or one",
             attribute);
    const bool empty = (asked.least && asked.most && *asked.least > *asked.most) ||
                       (asked.from && asked.until && *asked.from >= *asked.until);
    if (empty) fail(node, "'{}' can never hold: its end is not behind its start", attribute);
    return asked;
}

Conditions RulesReader::conditions(const toml::node& node, const std::string& what) const
{
    Conditions all;
    for (const auto& [attribute, value] : table(node, what))
        all.push_back(condition(std::string(attribute.str()), value));
    if (all.empty()) fail(node, "'{}' asks for nothing: leave it out", what);
    return all;
}

std::vector<Conditions> RulesReader::alternatives(const toml::node& node, const std::string& what) const
{
    std::vector<Conditions> any;
    const auto* array = node.as_array();
    if (!array) return {conditions(node, what)};
    for (const auto& element : *array) any.push_back(conditions(element, what));
    if (any.empty()) fail(node, "'{}' is empty: leave it out", what);
    return any;
}

}  // namespace alster
