#include "data/ingest/event_rules.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>

#include "data/confidence.hpp"
#include "data/error.hpp"

namespace alster {

namespace {

constexpr double milliseconds_per_day = 86'400'000;
constexpr double infinity = std::numeric_limits<double>::infinity();

[[noreturn]] void fail(const std::string& path, toml::source_position where, const std::string& message)
{
    throw Error(ExitCode::bad_config, "{}:{}: {}", path, where.line, message);
}

/// The numbers a rule can have, with their ranges.
struct NumberKey {
    double least = 0;
    double most = infinity;
    std::function<void(EventRule&, double)> set;
};

const std::map<std::string_view, NumberKey>& number_keys()
{
    static const std::map<std::string_view, NumberKey> keys = {
        {"base", {0, infinity, [](EventRule& r, double x) { r.base = x; }}},
        {"per_value", {0, infinity, [](EventRule& r, double x) { r.per_value = x; }}},
        {"centre", {-infinity, infinity, [](EventRule& r, double x) { r.centre = x; }}},
        {"log_epsilon", {1e-12, infinity, [](EventRule& r, double x) { r.log_epsilon = x; }}},
        {"preference", {0, 1, [](EventRule& r, double x) { r.preference = x; }}},
        {"like_from", {-infinity, infinity, [](EventRule& r, double x) { r.like_from = x; }}},
        {"dislike_to", {-infinity, infinity, [](EventRule& r, double x) { r.dislike_to = x; }}},
        {"early_exit_below", {-infinity, infinity, [](EventRule& r, double x) { r.early_exit_below = x; }}},
        {"early_exit_confidence", {0, infinity, [](EventRule& r, double x) { r.early_exit_confidence = x; }}},
        {"half_life_days", {1e-6, infinity, [](EventRule& r, double x) { r.half_life_days = x; }}},
        {"drop_below", {-infinity, infinity, [](EventRule& r, double x) { r.drop_below = x; }}},
        {"floor", {0, 1, [](EventRule& r, double x) { r.floor = x; }}},
    };
    return keys;
}

Roles read_role(const std::string& path, const toml::node& value)
{
    static const std::map<std::string, Roles> words = {
        {"consumed", consumed_role}, {"disliked", disliked_role}, {"shown", shown_role}};
    const auto found = words.find(value.value_or(std::string()));
    if (found == words.end())
        fail(path, value.source().begin, "'role' must be \"consumed\", \"disliked\" or \"shown\"");
    return found->second;
}

EventRule read_rule(const std::string& path, const std::string& type, const toml::node& node)
{
    EventRule rule;
    rule.type = type;
    const toml::table* table = node.as_table();
    if (!table) fail(path, node.source().begin, "a rule is a table, [event.NAME] or [default]");
    for (const auto& [key, value] : *table) {
        if (key.str() == "role") {
            rule.role = read_role(path, value);
            continue;
        }
        if (key.str() == "ignore") {
            const auto ignore = value.value_exact<bool>();
            if (!ignore) fail(path, key.source().begin, "'ignore' must be true or false");
            rule.ignore = *ignore;
            continue;
        }
        const auto known = number_keys().find(key.str());
        if (known == number_keys().end()) fail(path, key.source().begin, fmt::format("unknown key '{}'", key.str()));
        const auto number = value.value<double>();
        if (!number) fail(path, key.source().begin, fmt::format("'{}' must be a number", key.str()));
        const auto& [least, most, set] = known->second;
        if (!(std::isfinite(*number) && *number >= least && *number <= most))
            fail(path, key.source().begin,
                 fmt::format("'{}' is {}, it must lie between {} and {}", key.str(), *number, least, most));
        set(rule, *number);
    }
    if (rule.like_from.has_value() != rule.dislike_to.has_value() || rule.dislike_to > rule.like_from)
        fail(path, table->source().begin, "like_from and dislike_to go together, dislike_to ≤ like_from");
    return rule;
}

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) throw Error(ExitCode::bad_config, "{}: the rules cannot be read", path);
    return text;
}

toml::table parse(const std::string& path, const std::string& text)
{
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        fail(path, error.source().begin, std::string(error.description()));
    }
}

}  // namespace

Weight EventRule::weight(double value) const
{
    constexpr double most = largest_confidence;
    if (early_exit_below && value < *early_exit_below)
        return {.confidence = static_cast<float>(std::min(early_exit_confidence, most)),
                .preference = 0,
                .role = role.value_or(consumed_role)};
    const double distance = std::abs(value - centre);
    // a strength that is infinite would make NaN of per_value = 0
    const double strength =
        std::min(log_epsilon ? std::log1p(distance / *log_epsilon) : distance, std::numeric_limits<double>::max());
    double p = preference.value_or(role.value_or(consumed_role) == consumed_role ? 1 : 0);
    if (like_from) {
        if (value >= *like_from)
            p = 1;
        else if (value <= *dislike_to)
            p = 0;
        else
            p = (value - *dislike_to) / (*like_from - *dislike_to);
    }
    const double confidence = std::min(base + per_value * strength, most);
    return {.confidence = static_cast<float>(confidence),
            .preference = static_cast<float>(p),
            .role = role.value_or(p > 0 ? consumed_role : disliked_role)};
}

double EventRule::decay(Milliseconds age) const
{
    if (!half_life_days) return 1;
    return std::max(floor, std::exp2(-static_cast<double>(age) / (*half_life_days * milliseconds_per_day)));
}

EventRules EventRules::load(const std::string& path) { return of_text(path, read_file(path)); }

EventRules EventRules::of_text(const std::string& path, std::string text)
{
    EventRules rules;
    rules.text_ = std::move(text);
    const toml::table root = parse(path, rules.text_);
    std::optional<EventRule> other;
    for (const auto& [key, value] : root) {
        if (key.str() == "default") {
            rules.rules_.push_back(read_rule(path, "", value));
        } else if (key.str() == "other") {
            other = read_rule(path, "", value);
        } else if (key.str() == "event" && value.is_table()) {
            for (const auto& [type, rule] : *value.as_table())
                rules.rules_.push_back(read_rule(path, std::string(type.str()), rule));
        } else {
            fail(path, key.source().begin, fmt::format("unknown key '{}'", key.str()));
        }
    }
    if (other) {
        rules.other_ = rules.rules_.size();
        rules.rules_.push_back(*other);
    }
    if (rules.rules_.empty() || rules.rules_.size() > most_rules)
        throw Error(ExitCode::bad_config, "{}: {} rules, there must be 1 to {}", path, rules.rules_.size(), most_rules);
    return rules;
}

std::optional<std::size_t> EventRules::find(std::string_view type) const
{
    for (std::size_t r = 0; r < rules_.size(); ++r)
        if (rules_[r].type == type && r != other_) return r;
    return other_;
}

bool EventRules::any_decay() const
{
    return std::any_of(rules_.begin(), rules_.end(),
                       [](const EventRule& rule) { return rule.half_life_days.has_value(); });
}

}  // namespace alster
