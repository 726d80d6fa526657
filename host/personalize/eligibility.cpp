#include "host/personalize/eligibility.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>

#include "data/error.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

namespace {

/// Any of the alternatives has all of its conditions met; no alternatives: met.
bool met(const std::vector<std::vector<ConditionMatcher>>& alternatives, Row row)
{
    return alternatives.empty() || std::ranges::any_of(alternatives, [&](const auto& all) {
               return std::ranges::all_of(all, [&](const auto& condition) { return condition(row); });
           });
}

}  // namespace

Eligibility::Eligibility(const DatasetReader& dataset, EligibilityRules rules, std::int64_t instant)
    : dataset_(dataset), rules_(std::move(rules)), instant_(instant), items_(0, dataset.info().items)
{
    read_items();
    check_rules();
    items_.add_row(std::vector<std::uint32_t>(items_.words_per_row()));
    classes_.push_back({.name = "no class"});
}

/// What is wrong with a rule is said before hours of work.
void Eligibility::check_rules()
{
    const auto check_items = [&](const std::vector<Conditions>& alternatives) {
        for (const auto& conditions : alternatives)
            for (const auto& condition : conditions)
                check_condition(condition, of_items_.at(condition.attribute), rules_);
    };
    check_items(rules_.everyone);
    const RowRange all{0, dataset_.info().users};
    for (const auto& rule : rules_.classes) {
        check_items(rule.items);
        for (const auto& condition : rule.users) {
            asked_of_users_.emplace(condition.attribute, condition.where);
            check_condition(condition, read(Side::users, condition.attribute, condition.where, all), rules_);
        }
        for (const auto& attribute : user_attributes(rule)) asked_of_users_.emplace(attribute, rule.where);
    }
    for (const auto& [attribute, where] : asked_of_users_)
        static_cast<void>(read(Side::users, attribute, where, {0, 0}));
}

AttributeColumn Eligibility::read(Side side, const std::string& name, const std::string& where, RowRange rows) const
{
    const auto types = dataset_.attribute_types(side);
    if (types.contains(name)) return dataset_.attribute(side, name, rows);
    std::vector<std::string> known;
    for (const auto& [attribute, type] : types) known.push_back(attribute);
    throw Error(ExitCode::bad_config, "{}: the {} of {} have no attribute '{}'; they have: {}", where,
                alster::name(side), dataset_.file().path().string(), name, fmt::join(known, ", "));
}

void Eligibility::read_items()
{
    const RowRange all{0, dataset_.info().items};
    const auto keep = [&](const std::string& name, const std::string& where) {
        if (!name.empty() && !of_items_.contains(name)) of_items_.emplace(name, read(Side::items, name, where, all));
    };
    const auto keep_all = [&](const std::vector<Conditions>& alternatives) {
        for (const auto& conditions : alternatives)
            for (const auto& condition : conditions) keep(condition.attribute, condition.where);
    };
    keep_all(rules_.everyone);
    for (const auto& rule : rules_.classes) keep_all(rule.items);
    if (rules_.window) {
        for (const auto& name : {rules_.window->from, rules_.window->until}) {
            keep(name, rules_.window->where);
            if (!name.empty() && of_items_.at(name).type != AttributeType::time)
                throw Error(ExitCode::bad_config, "{}: '{}' is a {}: a window needs a time", rules_.window->where, name,
                            alster::name(of_items_.at(name).type));
        }
    }
    open_ = open_items();
    std::vector<bool> blocked(all.size());
    find_ids(rules_.block, "blocked for everyone", blocked);
    for (Row i = 0; i < all.size(); ++i) open_[i] = open_[i] && !blocked[i];
    for (const auto& rule : rules_.classes) {
        find_ids(rule.allow, fmt::format("allowed for '{}'", rule.name), allowed_.emplace_back(all.size()));
        find_ids(rule.block, fmt::format("blocked for '{}'", rule.name), blocked_.emplace_back(all.size()));
    }
}

/// from ≤ instant < until. A window that ends before it starts is never open.
std::vector<bool> Eligibility::open_items() const
{
    std::vector<bool> open(dataset_.info().items, true);
    if (!rules_.window) return open;
    const auto bound = [&](const std::string& name, auto holds) {
        if (name.empty()) return;
        const auto& times = of_items_.at(name).times;
        for (std::size_t i = 0; i < open.size(); ++i)
            open[i] = open[i] && (times[i] == no_time ? rules_.window->open_ended : holds(times[i]));
    };
    bound(rules_.window->from, [&](std::int64_t from) { return from <= instant_; });
    bound(rules_.window->until, [&](std::int64_t until) { return instant_ < until; });
    return open;
}

void Eligibility::find_ids(const std::vector<std::string>& ids, const std::string& what, std::vector<bool>& found)
{
    if (ids.empty()) return;
    const IdColumn column = dataset_.ids(Side::items, {0, dataset_.info().items});
    const IdLookup lookup(column);
    std::vector<std::string> unknown;
    for (const auto& id : ids) {
        const auto row = lookup.find(id);
        if (row)
            found[*row] = true;
        else
            unknown.push_back(id);
    }
    if (!unknown.empty())
        warnings_.push_back(fmt::format("{}: {} of {} ids {} are of no item, the first is '{}'", rules_.path,
                                        unknown.size(), ids.size(), what, unknown.front()));
}

/// What conditions on items compare with; of everyone and of a rule.
std::vector<std::string> Eligibility::user_attributes(const ClassRule& rule) const
{
    std::vector<std::string> names;
    for (const auto* alternatives : {&rules_.everyone, &rule.items})
        for (const auto& conditions : *alternatives)
            for (const auto& condition : conditions)
                for (const auto& name : {condition.any_of_user, condition.at_most_user})
                    if (!name.empty()) names.push_back(name);
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<std::int32_t> Eligibility::classes_of(std::span<const Row> users)
{
    std::vector<std::int32_t> classes(users.size(), sees_nothing);
    for (std::size_t n = 0; n < users.size();) {
        std::size_t end = n + 1;
        if (users[n] == unknown_user) {
            classes[n] = class_of_unknown();
        } else {
            while (end < users.size() && users[end] == users[end - 1] + 1) ++end;
            classify({users[n], users[end - 1] + 1}, std::span(classes).subspan(n, end - n));
        }
        n = end;
    }
    for (const auto c : classes) ++classes_[static_cast<std::size_t>(c)].users;
    return classes;
}

std::int32_t Eligibility::class_of_unknown()
{
    const auto rule = std::ranges::find(rules_.classes, rules_.unknown_users, &ClassRule::name);
    if (rule == rules_.classes.end()) return sees_nothing;
    return class_of(static_cast<std::int32_t>(rule - rules_.classes.begin()), {});
}

void Eligibility::classify(RowRange users, std::span<std::int32_t> classes)
{
    Attributes of_users;
    for (const auto& [name, where] : asked_of_users_) of_users.emplace(name, read(Side::users, name, where, users));
    std::vector<std::vector<ConditionMatcher>> of_rules;
    for (const auto& rule : rules_.classes) {
        auto& all = of_rules.emplace_back();
        for (const auto& condition : rule.users) all.emplace_back(condition, of_users.at(condition.attribute), rules_);
    }
    for (Row u = 0; u < users.size(); ++u) {
        const auto rule = std::ranges::find_if(of_rules, [&](const auto& all) {
            return std::ranges::all_of(all, [&](const auto& condition) { return condition(u); });
        });
        auto r = static_cast<std::int32_t>(rule - of_rules.begin());
        if (rule == of_rules.end()) {
            if (rules_.unknown_users.empty()) continue;
            r = static_cast<std::int32_t>(std::ranges::find(rules_.classes, rules_.unknown_users, &ClassRule::name) -
                                          rules_.classes.begin());
        }
        UserValues values;
        for (const auto& name : user_attributes(rules_.classes[static_cast<std::size_t>(r)]))
            values[name] = of_users.at(name).values(u);
        classes[u] = class_of(r, values);
    }
}

std::int32_t Eligibility::class_named(const std::string& name)
{
    const auto rule = std::ranges::find(rules_.classes, name, &ClassRule::name);
    if (rule == rules_.classes.end()) {
        std::vector<std::string> known;
        for (const auto& other : rules_.classes) known.push_back(other.name);
        throw Error(ExitCode::usage, "--class {}: {} has the classes {}", name, rules_.path, fmt::join(known, ", "));
    }
    if (const auto names = user_attributes(*rule); !names.empty())
        throw Error(ExitCode::usage, "--class {}: its items depend on the user's {}: name a user with --for-user", name,
                    fmt::join(names, " and "));
    return class_of(static_cast<std::int32_t>(rule - rules_.classes.begin()), {});
}

/// Without a value that it compares with, a class sees nothing.
std::int32_t Eligibility::class_of(std::int32_t rule, const UserValues& values)
{
    std::string shown = rules_.classes[static_cast<std::size_t>(rule)].name;
    std::string key = fmt::format("{}", rule);  // with the length of each value: no two classes have the same
    for (const auto& attribute : user_attributes(rules_.classes[static_cast<std::size_t>(rule)])) {
        const auto found = values.find(attribute);
        if (found == values.end() || found->second.empty()) return sees_nothing;
        shown += fmt::format(", {}={}", attribute, fmt::join(found->second, "|"));
        key += fmt::format("/{}", found->second.size());
        for (const auto& value : found->second) key += fmt::format(",{}:{}", value.size(), value);
    }
    const auto [met, fresh] = class_by_key_.try_emplace(key, static_cast<std::int32_t>(classes_.size()));
    if (!fresh) return met->second;
    const auto bits = bits_of(rule, values);
    std::int64_t items = 0;
    for (const auto word : bits) items += std::popcount(word);
    items_.add_row(bits);
    classes_.push_back({.name = shown, .rule = rule, .items = items});
    return met->second;
}

std::vector<std::vector<ConditionMatcher>> Eligibility::matchers(const std::vector<Conditions>& alternatives,
                                                                 const UserValues& values) const
{
    std::vector<std::vector<ConditionMatcher>> result;
    for (const auto& conditions : alternatives) {
        auto& all = result.emplace_back();
        for (const auto& condition : conditions) {
            const auto& name = condition.any_of_user.empty() ? condition.at_most_user : condition.any_of_user;
            const auto of_user = values.find(name);
            all.emplace_back(condition, of_items_.at(condition.attribute), rules_,
                             of_user == values.end() ? std::vector<std::string>() : of_user->second);
        }
    }
    return result;
}

std::vector<std::uint32_t> Eligibility::bits_of(std::int32_t rule, const UserValues& values) const
{
    const auto r = static_cast<std::size_t>(rule);
    const auto everyone = matchers(rules_.everyone, values), own = matchers(rules_.classes[r].items, values);
    std::vector<std::uint32_t> words(items_.words_per_row());
    const Row items = items_.columns();
#pragma omp parallel for schedule(static)
    for (Row w = 0; w < std::ssize(words); ++w)
        for (Row i = 32 * w; i < std::min(items, 32 * (w + 1)); ++i) {
            const bool seen = open_[i] && !blocked_[r][i] && met(everyone, i) && (allowed_[r][i] || met(own, i));
            words[w] |= std::uint32_t{seen} << i % 32;
        }
    return words;
}

void Eligibility::require_some_items(const Communicator& ranks) const
{
    for (std::size_t r = 0; r < rules_.classes.size(); ++r) {
        std::int64_t users = 0, items = 0;
        for (const auto& c : classes_)
            if (c.rule == static_cast<std::int32_t>(r)) {
                users += c.users;
                items = std::max(items, c.items);
            }
        if (ranks.sum(users) > 0 && ranks.max(items) == 0)
            throw Error(ExitCode::bad_config, "{}: class '{}' may see none of the {} items: no list could be made",
                        rules_.classes[r].where, rules_.classes[r].name, items_.columns());
    }
}

}  // namespace alster
