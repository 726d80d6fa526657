#include "host/publish/judge.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"

namespace alster {

namespace {

using Values = std::vector<std::string>;

std::string value_of(const toml::node& node)
{
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
    if (const auto whole = node.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
    return fmt::format("{}", node.value_or(0.0));
}

Values values_of(const toml::node& node)
{
    if (!node.is_array()) return {value_of(node)};
    Values values;
    for (const auto& element : *node.as_array()) values.push_back(value_of(element));
    return values;
}

bool meet(const Values& a, const Values& b)
{
    return std::ranges::any_of(a, [&](const auto& value) { return std::ranges::find(b, value) != b.end(); });
}

std::int64_t instant_of(const toml::node& node)
{
    std::string text;
    std::int64_t offset = 0;
    const auto add_date = [&](const toml::date& date) {
        text = fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    };
    if (const auto* date = node.as_date()) add_date(date->get());
    if (const auto* moment = node.as_date_time()) {
        add_date(moment->get().date);
        const auto& clock = moment->get().time;
        text += fmt::format(" {:02}:{:02}:{:02}", clock.hour, clock.minute, clock.second);
        if (moment->get().offset) offset = 60 * moment->get().offset->minutes;
    }
    if (const auto* words = node.as_string()) text = words->get();
    return attribute_time(text).value_or(no_time) - offset;
}

}  // namespace

struct Judge::Rules {
    const DatasetReader& dataset;
    std::string path;
    std::int64_t instant;
    toml::table root;
    Attributes of_items;
    Attributes of_users;
    std::vector<std::string> item_ids;
    // verdicts by who asks; users alike in all that the rules ask of them see the same
    std::unordered_map<std::string, std::unordered_map<Row, std::string>> verdicts;

    Rules(const DatasetReader& data, std::string file, std::int64_t at)
        : dataset(data), path(std::move(file)), instant(at)
    {
    }

    [[noreturn]] void fail(const std::string& what) const { throw Error(ExitCode::bad_config, "{}: {}", path, what); }

    void need(Side side, const std::string& name)
    {
        Attributes& known = side == Side::users ? of_users : of_items;
        if (name.empty() || known.contains(name)) return;
        if (!dataset.attribute_types(side).contains(name))
            fail(fmt::format("the {} of {} have no attribute '{}'", alster::name(side), dataset.file().path().string(),
                             name));
        known.emplace(name, dataset.attribute(side, name, {0, dataset.rows(side)}));
    }

    /// Calls visit(attribute, wanted) for the conditions of a table, or of an array of tables.
    template <class Visit>
    static void each_condition(const toml::node* node, Visit visit)
    {
        if (!node) return;
        if (const auto* table = node->as_table())
            for (const auto& [key, wanted] : *table) visit(std::string(key.str()), wanted);
        if (const auto* array = node->as_array())
            for (const auto& element : *array) each_condition(&element, visit);
    }

    void need_of_items(const toml::node* node)
    {
        each_condition(node, [&](const std::string& attribute, const toml::node& wanted) {
            need(Side::items, attribute);
            if (const auto* table = wanted.as_table())
                for (const char* key : {"any_of_user", "at_most_user"})
                    if (const auto* user = table->get(key)) need(Side::users, user->value_or(std::string()));
        });
    }

    [[nodiscard]] const toml::node* at(const char* table, const char* key) const
    {
        const auto* found = root[table].as_table();
        return found ? found->get(key) : nullptr;
    }

    void read()
    {
        try {
            root = toml::parse_file(path);
        } catch (const toml::parse_error& error) {
            fail(std::string(error.description()));
        }
        need_of_items(at("everyone", "items"));
        for (const char* bound : {"from", "until"})
            if (const auto* name = at("window", bound)) need(Side::items, name->value_or(std::string()));
        const auto* classes = root["class"].as_array();
        if (!classes || classes->empty()) fail("there is no [[class]]");
        for (const auto& element : *classes) {
            need_of_items(element.as_table()->get("items"));
            each_condition(element.as_table()->get("users"),
                           [&](const std::string& attribute, const toml::node&) { need(Side::users, attribute); });
        }
        const IdColumn ids = dataset.ids(Side::items, {0, dataset.info().items});
        for (Row i = 0; i < ids.rows(); ++i) item_ids.push_back(ids.text(i));
    }

    [[nodiscard]] bool within(const std::string& value, const std::string& cap) const
    {
        const auto* scales = root["scale"].as_table();
        if (!scales) return false;
        for (const auto& [key, scale] : *scales) {
            const Values steps = values_of(scale);
            const auto mine = std::ranges::find(steps, value), limit = std::ranges::find(steps, cap);
            if (mine != steps.end() && limit != steps.end()) return mine <= limit;
        }
        return false;
    }

    /// Whether one of the values is this number, however it is written.
    [[nodiscard]] bool names_number(const toml::node& wanted, double number) const
    {
        return std::ranges::any_of(values_of(wanted), [&](const std::string& text) {
            char* end = nullptr;
            const double value = std::strtod(text.c_str(), &end);
            if (text.empty() || *end != '\0') fail(fmt::format("'{}' is compared with a number", text));
            return value == number;
        });
    }

    [[nodiscard]] bool clause_holds(const std::string& clause, const toml::node& wanted, const AttributeColumn& column,
                                    Row row, std::optional<Row> user) const
    {
        const Values has = column.values(row);
        if (column.type == AttributeType::number && (clause == "any_of" || clause == "none_of"))
            return (clause == "any_of") == names_number(wanted, column.numbers.at(row));
        const auto below = [&](const Values& caps) {
            return std::ranges::any_of(has, [&](const auto& value) {
                return std::ranges::any_of(caps, [&](const auto& cap) { return within(value, cap); });
            });
        };
        if (clause == "any_of") return meet(has, values_of(wanted));
        if (clause == "none_of") return !meet(has, values_of(wanted));
        if (clause == "all_of")
            return std::ranges::all_of(values_of(wanted), [&](const auto& value) { return meet(has, {value}); });
        if (clause == "at_most" && wanted.is_number()) return column.numbers.at(row) <= wanted.value_or(0.0);
        if (clause == "at_most") return below(values_of(wanted));
        if (clause == "at_least") return column.numbers.at(row) >= wanted.value_or(0.0);
        if (clause == "from") return column.times.at(row) >= instant_of(wanted);
        if (clause == "until") return column.times.at(row) < instant_of(wanted);
        if (clause != "any_of_user" && clause != "at_most_user") fail(fmt::format("unknown clause '{}'", clause));
        if (!user) return false;
        const AttributeColumn& theirs = of_users.at(wanted.value_or(std::string()));
        if (!theirs.given(*user)) return false;
        if (clause == "any_of_user") return meet(has, theirs.values(*user));
        if (column.type != AttributeType::number) return below(theirs.values(*user));
        if (theirs.type == AttributeType::number) return column.numbers[row] <= theirs.numbers[*user];
        const std::string cap = theirs.shown(*user);
        char* end = nullptr;
        const double limit = std::strtod(cap.c_str(), &end);
        return !cap.empty() && *end == '\0' && column.numbers[row] <= limit;
    }

    [[nodiscard]] bool holds(const toml::node& wanted, const AttributeColumn& column, Row row,
                             std::optional<Row> user) const
    {
        if (!column.given(row)) return false;
        const auto* table = wanted.as_table();
        if (!table) return clause_holds("any_of", wanted, column, row, user);
        return std::ranges::all_of(*table, [&](const auto& clause) {
            return clause_holds(std::string(clause.first.str()), clause.second, column, row, user);
        });
    }

    /// The first attribute whose condition does not hold; "": all hold.
    [[nodiscard]] std::string first_unmet(const toml::table& conditions, Row item, std::optional<Row> user) const
    {
        for (const auto& [key, wanted] : conditions)
            if (!holds(wanted, of_items.at(std::string(key.str())), item, user)) return std::string(key.str());
        return "";
    }

    [[nodiscard]] std::string unmet(const toml::node* node, Row item, std::optional<Row> user) const
    {
        if (!node) return "";
        if (const auto* table = node->as_table()) return first_unmet(*table, item, user);
        std::string first;
        for (const auto& alternative : *node->as_array()) {
            const auto missed = first_unmet(*alternative.as_table(), item, user);
            if (missed.empty()) return "";
            if (first.empty()) first = missed;
        }
        return first;
    }

    [[nodiscard]] bool names(const toml::node* ids, Row item) const
    {
        return ids && meet(values_of(*ids), {item_ids[static_cast<std::size_t>(item)]});
    }

    [[nodiscard]] const toml::table* class_named(const std::string& name) const
    {
        for (const auto& element : *root["class"].as_array())
            if ((*element.as_table())["name"].value_or(std::string()) == name) return element.as_table();
        return nullptr;
    }

    [[nodiscard]] const toml::table* class_of(std::optional<Row> user) const
    {
        for (const auto& element : *root["class"].as_array()) {
            const auto* users = element.as_table()->get("users");
            bool all = user.has_value();
            each_condition(users, [&](const std::string& attribute, const toml::node& wanted) {
                all = all && holds(wanted, of_users.at(attribute), *user, std::nullopt);
            });
            if (all) return element.as_table();
        }
        return class_named(root["unknown_users"].value_or(std::string()));
    }

    [[nodiscard]] bool open(const char* bound, Row item) const
    {
        const auto* attribute = at("window", bound);
        if (!attribute) return true;
        const auto time = of_items.at(attribute->value_or(std::string())).times.at(item);
        const auto* ended = at("window", "open_ended");
        if (time == no_time) return ended && ended->value_or(false);
        return std::string_view(bound) == "from" ? time <= instant : instant < time;
    }

    [[nodiscard]] std::string verdict(const toml::table* own, std::optional<Row> user, Row item) const
    {
        if (!own) return "no class";
        const std::string name = (*own)["name"].value_or(std::string());
        std::string lacking;
        for (const auto* node : {at("everyone", "items"), own->get("items")})
            each_condition(node, [&](const std::string&, const toml::node& wanted) {
                const auto* table = wanted.as_table();
                for (const char* key : {"any_of_user", "at_most_user"})
                    if (const auto* of_user = table ? table->get(key) : nullptr) {
                        const std::string attribute = of_user->value_or(std::string());
                        if (!user || !of_users.at(attribute).given(*user)) lacking = attribute;
                    }
            });
        if (!lacking.empty()) return name + ": the user has no " + lacking;
        if (!open("from", item) || !open("until", item)) return "window";
        if (names(at("everyone", "block"), item)) return "everyone: block";
        if (const auto missed = unmet(at("everyone", "items"), item, user); !missed.empty())
            return "everyone: items." + missed;
        if (names(own->get("block"), item)) return name + ": block";
        if (names(own->get("allow"), item)) return "";
        const auto missed = unmet(own->get("items"), item, user);
        return missed.empty() ? "" : name + ": items." + missed;
    }

    /// All that the rules ask of a user.
    [[nodiscard]] std::string likeness(std::optional<Row> user) const
    {
        if (!user) return "unknown";
        std::string text;
        for (const auto& [name, column] : of_users) {
            const Values values = column.values(*user);
            text += fmt::format("/{}", values.size());
            for (const auto& value : values) text += fmt::format(",{}:{}", value.size(), value);
        }
        return text;
    }
};

Judge::Judge(const DatasetReader& dataset, const std::filesystem::path& rules, std::int64_t instant)
    : rules_(std::make_unique<Rules>(dataset, rules.string(), instant))
{
    rules_->read();
}

Judge::~Judge() = default;

std::string Judge::forbids(std::optional<Row> user, Row item)
{
    auto& known = rules_->verdicts[rules_->likeness(user)];
    const auto [found, fresh] = known.try_emplace(item);
    if (fresh) found->second = rules_->verdict(rules_->class_of(user), user, item);
    return found->second;
}

std::string Judge::forbids_class(const std::string& name, Row item)
{
    return rules_->verdict(rules_->class_named(name), std::nullopt, item);
}

}  // namespace alster
