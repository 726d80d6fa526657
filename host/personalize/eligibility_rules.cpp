#include "host/personalize/eligibility_rules.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"
#include "data/sha256.hpp"

namespace alster {

namespace {

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) throw Error(ExitCode::bad_config, "{}: the rules cannot be read", path);
    return text;
}

/// Reads the nodes of one file.
class Reader {
public:
    explicit Reader(EligibilityRules& rules) : rules_(rules) {}

    void read(const toml::table& root)
    {
        each(root, {"unknown_users", "scale", "known", "window", "everyone", "class"},
             [&](const std::string& key, const toml::node& value) {
                 if (key == "unknown_users") rules_.unknown_users = text(value, key);
                 if (key == "scale") rules_.scales = named_lists(value, key);
                 if (key == "known") rules_.known = named_lists(value, key);
                 if (key == "window") read_window(value);
                 if (key == "everyone") read_everyone(value);
                 if (key == "class") read_classes(value);
             });
        check();
    }

private:
    [[nodiscard]] std::string where(const toml::node& node) const
    {
        return fmt::format("{}:{}", rules_.path, node.source().begin.line);
    }

    template <class... Args>
    [[noreturn]] void fail(const toml::node& node, fmt::format_string<Args...> format, Args&&... args) const
    {
        throw Error(ExitCode::bad_config, "{}: {}", where(node), fmt::format(format, std::forward<Args>(args)...));
    }

    /// Calls visit(key, value) for the keys of a table, all of which must be known.
    template <class Visit>
    void each(const toml::table& table, std::initializer_list<std::string_view> known, Visit visit) const
    {
        for (const auto& [key, value] : table) {
            if (std::ranges::find(known, key.str()) == known.end())
                fail(value, "unknown key '{}'; known are: {}", key.str(), fmt::join(known, ", "));
            visit(std::string(key.str()), value);
        }
    }

    [[nodiscard]] const toml::table& table(const toml::node& node, const std::string& what) const
    {
        const auto* table = node.as_table();
        if (!table) fail(node, "'{}' must be a table", what);
        return *table;
    }

    [[nodiscard]] std::string text(const toml::node& node, const std::string& what) const
    {
        const auto* text = node.as_string();
        if (!text || text->get().empty()) fail(node, "'{}' must be a text", what);
        return text->get();
    }

    /// A text, number or truth value as attributes show them.
    [[nodiscard]] std::string value(const toml::node& node, const std::string& what) const
    {
        if (const auto* text = node.as_string()) return text->get();
        if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
        if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
        if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
        fail(node, "'{}' must be a text, a number or true or false, or a list of these", what);
    }

    [[nodiscard]] std::vector<std::string> values(const toml::node& node, const std::string& what) const
    {
        std::vector<std::string> values;
        if (const auto* array = node.as_array())
            for (const auto& element : *array) values.push_back(value(element, what));
        else
            values.push_back(value(node, what));
        if (values.empty()) fail(node, "'{}' is empty: leave it out", what);
        return values;
    }

    [[nodiscard]] std::map<std::string, std::vector<std::string>> named_lists(const toml::node& node,
                                                                              const std::string& what) const
    {
        std::map<std::string, std::vector<std::string>> lists;
        for (const auto& [key, list] : table(node, what)) lists[std::string(key.str())] = values(list, what);
        return lists;
    }

    [[nodiscard]] double number(const toml::node& node, const std::string& what) const
    {
        const auto number = node.value<double>();
        if (!number || !node.is_number()) fail(node, "'{}' must be a number", what);
        return *number;
    }

    /// Unix seconds of a date, or of a text that a file of items could have.
    [[nodiscard]] double time(const toml::node& node, const std::string& what) const
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

    [[nodiscard]] static std::string iso(const toml::date& date)
    {
        return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    }

    [[nodiscard]] Condition read_condition(const std::string& attribute, const toml::node& node) const
    {
        Condition condition{.attribute = attribute, .where = where(node)};
        const auto* table = node.as_table();
        if (!table) {
            condition.any_of = values(node, attribute);
            return condition;
        }
        if (table->empty()) fail(node, "'{}' asks for nothing", attribute);
        each(*table,
             {"any_of", "all_of", "none_of", "at_most", "at_least", "from", "until", "any_of_user", "at_most_user"},
             [&](const std::string& key, const toml::node& value) {
                 if (key == "any_of") condition.any_of = values(value, key);
                 if (key == "all_of") condition.all_of = values(value, key);
                 if (key == "none_of") condition.none_of = values(value, key);
                 if (key == "at_most" && value.is_number()) condition.most = number(value, key);
                 if (key == "at_most" && !value.is_number()) condition.at_most = values(value, key);
                 if (key == "at_least") condition.least = number(value, key);
                 if (key == "from") condition.least = time(value, key);
                 if (key == "until") condition.until = time(value, key);
                 if (key == "any_of_user") condition.any_of_user = text(value, key);
                 if (key == "at_most_user") condition.at_most_user = text(value, key);
             });
        const bool two_users = !condition.any_of_user.empty() && !condition.at_most_user.empty();
        const bool two_lists = !condition.any_of.empty() && !condition.any_of_user.empty();
        const bool two_caps = (condition.most || !condition.at_most.empty()) && !condition.at_most_user.empty();
        if (two_users || two_lists || two_caps)
            fail(node, "'{}' compares with the user twice, or with the user and a value: write two alternatives or one",
                 attribute);
        const bool empty = condition.least && ((condition.most && *condition.least > *condition.most) ||
                                               (condition.until && *condition.least >= *condition.until));
        if (empty) fail(node, "'{}' can never hold: its end is not behind its start", attribute);
        return condition;
    }

    [[nodiscard]] Conditions read_conditions(const toml::node& node, const std::string& what) const
    {
        Conditions conditions;
        for (const auto& [attribute, value] : table(node, what))
            conditions.push_back(read_condition(std::string(attribute.str()), value));
        if (conditions.empty()) fail(node, "'{}' asks for nothing: leave it out", what);
        return conditions;
    }

    /// A table, or several of which one must hold.
    [[nodiscard]] std::vector<Conditions> read_alternatives(const toml::node& node, const std::string& what) const
    {
        std::vector<Conditions> alternatives;
        const auto* array = node.as_array();
        if (!array) return {read_conditions(node, what)};
        for (const auto& element : *array) alternatives.push_back(read_conditions(element, what));
        if (alternatives.empty()) fail(node, "'{}' is empty: leave it out", what);
        return alternatives;
    }

    void read_window(const toml::node& node)
    {
        WindowRule window{.where = where(node)};
        each(table(node, "window"), {"from", "until", "open_ended"},
             [&](const std::string& key, const toml::node& value) {
                 if (key == "from") window.from = text(value, key);
                 if (key == "until") window.until = text(value, key);
                 if (key != "open_ended") return;
                 if (!value.is_boolean()) fail(value, "'open_ended' must be true or false");
                 window.open_ended = value.value_or(false);
             });
        if (window.from.empty() && window.until.empty()) fail(node, "a window names from, until or both");
        rules_.window = window;
    }

    void read_everyone(const toml::node& node)
    {
        each(table(node, "everyone"), {"items", "block"}, [&](const std::string& key, const toml::node& value) {
            if (key == "items") rules_.everyone = read_alternatives(value, key);
            if (key == "block") rules_.block = values(value, key);
        });
    }

    void read_classes(const toml::node& node)
    {
        const auto* array = node.as_array();
        if (!array) fail(node, "classes are written as [[class]]");
        for (const auto& element : *array) {
            ClassRule rule{.where = where(element)};
            each(table(element, "class"), {"name", "users", "items", "allow", "block"},
                 [&](const std::string& key, const toml::node& value) {
                     if (key == "name") rule.name = text(value, key);
                     if (key == "users") rule.users = read_conditions(value, key);
                     if (key == "items") rule.items = read_alternatives(value, key);
                     if (key == "allow") rule.allow = values(value, key);
                     if (key == "block") rule.block = values(value, key);
                 });
            if (rule.name.empty()) fail(element, "a class needs a name");
            const bool again =
                std::ranges::any_of(rules_.classes, [&](const ClassRule& other) { return other.name == rule.name; });
            if (again) fail(element, "class '{}' is there twice", rule.name);
            rules_.classes.push_back(std::move(rule));
        }
    }

    void check() const
    {
        const auto& classes = rules_.classes;
        if (classes.empty())
            throw Error(ExitCode::bad_config, "{}: no [[class]]: without one nobody may see anything", rules_.path);
        if (!rules_.unknown_users.empty() &&
            std::ranges::find(classes, rules_.unknown_users, &ClassRule::name) == classes.end())
            throw Error(ExitCode::bad_config, "{}: unknown_users is '{}', which is no class", rules_.path,
                        rules_.unknown_users);
        std::vector<std::string> values;
        for (const auto& [name, scale] : rules_.scales) values.insert(values.end(), scale.begin(), scale.end());
        std::ranges::sort(values);
        if (const auto again = std::ranges::adjacent_find(values); again != values.end())
            throw Error(ExitCode::bad_config, "{}: '{}' stands on the scales twice", rules_.path, *again);
        for (const auto& rule : classes)
            for (const Condition& condition : rule.users)
                if (!condition.any_of_user.empty() || !condition.at_most_user.empty())
                    throw Error(ExitCode::bad_config, "{}: conditions on users compare with values, not with users",
                                condition.where);
    }

    EligibilityRules& rules_;
};

}  // namespace

EligibilityRules EligibilityRules::load(const std::string& path)
{
    EligibilityRules rules;
    rules.path = path;
    const std::string text = read_file(path);
    Sha256 digest;
    digest.update(std::as_bytes(std::span(text)));
    rules.digest = digest.hex();
    try {
        Reader(rules).read(toml::parse(text, path));
    } catch (const toml::parse_error& error) {
        throw Error(ExitCode::bad_config, "{}:{}: {}", path, error.source().begin.line, error.description());
    }
    return rules;
}

std::optional<EligibilityRules::Place> EligibilityRules::place_of(const std::string& value) const
{
    for (const auto& [name, scale] : scales)
        if (const auto found = std::ranges::find(scale, value); found != scale.end())
            return Place{&scale, static_cast<std::size_t>(found - scale.begin())};
    return std::nullopt;
}

}  // namespace alster
