#include "host/personalize/eligibility_rules.hpp"

#include <algorithm>

#include "host/personalize/rules_reader.hpp"

namespace alster {

namespace {

/// Reads the nodes of one file.
class Reader : private RulesReader {
public:
    explicit Reader(EligibilityRules& rules) : RulesReader(rules.path), rules_(rules) {}

    void read(const std::string& contents)
    {
        const toml::table root = parse(contents);
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
    void read_window(const toml::node& node)
    {
        WindowRule window{.where = where(node)};
        each(table(node, "window"), {"from", "until", "open_ended"},
             [&](const std::string& key, const toml::node& value) {
                 if (key == "from") window.from = text(value, key);
                 if (key == "until") window.until = text(value, key);
                 if (key == "open_ended") window.open_ended = truth(value, key);
             });
        if (window.from.empty() && window.until.empty()) fail(node, "a window names from, until or both");
        rules_.window = window;
    }

    void read_everyone(const toml::node& node)
    {
        each(table(node, "everyone"), {"items", "block"}, [&](const std::string& key, const toml::node& value) {
            if (key == "items") rules_.everyone = alternatives(value, key);
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
                     if (key == "users") rule.users = conditions(value, key);
                     if (key == "items") rule.items = alternatives(value, key);
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
        for (const auto& rule : classes) {
            if (!rule.allow.empty() && rule.items.empty())
                throw Error(ExitCode::bad_config,
                            "{}: class '{}' may see any item already, as it has no 'items': 'allow' adds nothing",
                            rule.where, rule.name);
            for (const Condition& condition : rule.users)
                if (!condition.any_of_user.empty() || !condition.at_most_user.empty())
                    throw Error(ExitCode::bad_config, "{}: conditions on users compare with values, not with users",
                                condition.where);
        }
    }

    EligibilityRules& rules_;
};

}  // namespace

EligibilityRules EligibilityRules::load(const std::string& path)
{
    EligibilityRules rules;
    rules.path = path;
    const RulesText file = read_rules(path);
    rules.digest = file.digest;
    Reader(rules).read(file.text);
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
