#include "host/personalize/condition_matcher.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "data/error.hpp"

namespace alster {

namespace {

bool contains(const std::vector<std::string>& values, std::string_view value)
{
    return std::ranges::find(values, value) != values.end();
}

bool has_codes(AttributeType type) { return type == AttributeType::category || type == AttributeType::set; }

std::optional<double> number(const std::string& text)
{
    double value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool has_value(const AttributeColumn& column, const std::string& value)
{
    if (has_codes(column.type)) {
        for (Row v = 0; v < column.vocabulary.rows(); ++v)
            if (column.vocabulary[v] == value) return true;
        return false;
    }
    if (column.type == AttributeType::boolean) return value == "true" || value == "false";
    if (column.type == AttributeType::number) return number(value).has_value();
    for (Row r = 0; r < column.rows(); ++r)
        if (column.texts[r] == value) return true;
    return false;
}

void check_type(const Condition& condition, AttributeType type)
{
    const auto refuse = [&](const char* what) {
        throw Error(ExitCode::bad_config, "{}: '{}' is a {}: {}", condition.where, condition.attribute, name(type),
                    what);
    };
    const bool has_words = !condition.any_of.empty() || !condition.none_of.empty() || !condition.any_of_user.empty();
    const bool compares = condition.most || condition.least;
    if (type == AttributeType::time && (has_words || compares || !condition.at_most_user.empty()))
        refuse("it can only be asked for with from and until");
    if (!condition.all_of.empty() && type != AttributeType::set) refuse("all_of asks a set");
    if ((condition.from || condition.until) && type != AttributeType::time) refuse("from and until ask a time");
    if (compares && type != AttributeType::number)
        refuse("numbers are compared with a number: name the type in prepare, as in age=AGE:number");
    if (!condition.at_most.empty() && type != AttributeType::category && type != AttributeType::text)
        refuse("places of a scale are compared with a category or a text");
    if (!condition.at_most_user.empty() && (type == AttributeType::set || type == AttributeType::boolean))
        refuse("a user's cap is compared with a category, a text or a number");
}

}  // namespace

void check_condition(const Condition& condition, const AttributeColumn& column, const EligibilityRules& rules)
{
    check_type(condition, column.type);
    const auto known = rules.known.find(condition.attribute);
    for (const auto* values : {&condition.any_of, &condition.all_of, &condition.none_of})
        for (const auto& value : *values) {
            if (has_value(column, value)) continue;
            if (known != rules.known.end() && contains(known->second, value)) continue;
            throw Error(ExitCode::bad_config,
                        "{}: nothing has '{}' for '{}'; if that is right, say so: [known] {} = [\"{}\"]",
                        condition.where, value, condition.attribute, condition.attribute, value);
        }
    for (const auto& cap : condition.at_most)
        if (!rules.place_of(cap))
            throw Error(ExitCode::bad_config, "{}: '{}' stands on no scale: add it to [scale]", condition.where, cap);
}

ConditionMatcher::ConditionMatcher(const Condition& condition, const AttributeColumn& column,
                                   const EligibilityRules& rules, const std::vector<std::string>& of_user)
    : condition_(condition),
      column_(column),
      rules_(rules),
      any_of_(condition.any_of),
      caps_(condition.at_most),
      asks_any_(!condition.any_of.empty() || !condition.any_of_user.empty()),
      asks_cap_(!condition.at_most.empty() || !condition.at_most_user.empty()),
      most_(condition.most)
{
    if (!condition.any_of_user.empty()) any_of_ = of_user;
    if (!condition.at_most_user.empty()) caps_ = of_user;
    if (column.type == AttributeType::number && asks_cap_) {
        // a cap that is no number lets nothing through
        most_ = caps_.empty() ? std::nullopt : number(caps_.front());
        if (!most_) most_ = -std::numeric_limits<double>::infinity();
    }
    if (has_codes(column.type)) find_codes(any_of_, caps_);
}

/// On the scale of one of the caps, and not above it.
bool ConditionMatcher::below_a_cap(const std::string& value, const std::vector<std::string>& caps) const
{
    const auto place = rules_.place_of(value);
    return place && std::ranges::any_of(caps, [&](const std::string& cap) {
               const auto limit = rules_.place_of(cap);
               return limit && limit->scale == place->scale && place->place <= limit->place;
           });
}

void ConditionMatcher::find_codes(const std::vector<std::string>& any_of, const std::vector<std::string>& caps)
{
    for (Row v = 0; v < column_.vocabulary.rows(); ++v) {
        const std::string value(column_.vocabulary[v]);
        const bool any = !asks_any_ || contains(any_of, value);
        allowed_.push_back(any && (!asks_cap_ || below_a_cap(value, caps)));
        banned_.push_back(contains(condition_.none_of, value));
    }
    for (const auto& value : condition_.all_of) {
        std::int32_t code = no_code;
        for (Row v = 0; v < column_.vocabulary.rows(); ++v)
            if (column_.vocabulary[v] == value) code = static_cast<std::int32_t>(v);
        needed_.push_back(code);
    }
}

bool ConditionMatcher::meets_values(Row row) const
{
    if (has_codes(column_.type)) {
        const bool set = column_.type == AttributeType::set;
        const auto first = set ? column_.offsets[row] : row, last = set ? column_.offsets[row + 1] : row + 1;
        const auto codes = std::span(column_.codes).subspan(first, last - first);
        const auto has = [&](std::int32_t code) { return std::ranges::find(codes, code) != codes.end(); };
        return std::ranges::any_of(codes, [&](auto code) { return meets_code(code); }) &&
               std::ranges::none_of(codes, [&](auto code) { return banned_[static_cast<std::size_t>(code)]; }) &&
               std::ranges::all_of(needed_, has);
    }
    if (!asks_any_ && !asks_cap_ && condition_.none_of.empty()) return true;
    if (column_.type == AttributeType::number) {
        const auto is = [&](const std::string& text) { return number(text) == column_.numbers[row]; };
        return (!asks_any_ || std::ranges::any_of(any_of_, is)) && std::ranges::none_of(condition_.none_of, is);
    }
    const auto value = column_.shown(row);
    const bool capped = asks_cap_;
    return (!asks_any_ || contains(any_of_, value)) && (!capped || below_a_cap(value, caps_)) &&
           !contains(condition_.none_of, value);
}

bool ConditionMatcher::operator()(Row row) const
{
    if (!column_.given(row)) return false;
    if (column_.type == AttributeType::time) {
        const auto time = static_cast<double>(column_.times[row]);
        return (!condition_.from || time >= *condition_.from) && (!condition_.until || time < *condition_.until);
    }
    if (column_.type == AttributeType::number) {
        const double value = column_.numbers[row];
        if ((condition_.least && value < *condition_.least) || (most_ && value > *most_)) return false;
    }
    return meets_values(row);
}

}  // namespace alster
