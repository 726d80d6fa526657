#include "data/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace alster {

std::optional<AttributeType> attribute_type(std::string_view name)
{
    const auto found = std::ranges::find(attribute_type_names, name);
    if (found == attribute_type_names.end()) return std::nullopt;
    return static_cast<AttributeType>(found - attribute_type_names.begin());
}

Row AttributeColumn::rows() const
{
    switch (type) {
        case AttributeType::text:
            return texts.rows();
        case AttributeType::category:
            return std::ssize(codes);
        case AttributeType::set:
            return std::ssize(offsets) - 1;
        case AttributeType::number:
            return std::ssize(numbers);
        case AttributeType::time:
            return std::ssize(times);
        case AttributeType::boolean:
            return std::ssize(truths);
    }
    return 0;
}

bool AttributeColumn::given(Row row) const
{
    switch (type) {
        case AttributeType::text:
            return !texts[row].empty();
        case AttributeType::category:
            return codes[row] != no_code;
        case AttributeType::set:
            return offsets[row] < offsets[row + 1];
        case AttributeType::number:
            return !std::isnan(numbers[row]);
        case AttributeType::time:
            return times[row] != no_time;
        case AttributeType::boolean:
            return truths[row] != no_truth;
    }
    return false;
}

std::string AttributeColumn::shown(Row row) const
{
    std::string text;
    for (const auto& value : values(row)) text += (text.empty() ? "" : "|") + value;
    return text;
}

std::vector<std::string> AttributeColumn::values(Row row) const
{
    if (!given(row)) return {};
    std::vector<std::string> values;
    switch (type) {
        case AttributeType::text:
            return {std::string(texts[row])};
        case AttributeType::category:
            return {std::string(vocabulary[codes[row]])};
        case AttributeType::set:
            for (Offset e = offsets[row]; e < offsets[row + 1]; ++e) values.emplace_back(vocabulary[codes[e]]);
            return values;
        case AttributeType::number:
            return {fmt::format("{}", numbers[row])};
        case AttributeType::time:
            return {iso_time(times[row])};
        case AttributeType::boolean:
            return {truths[row] != 0 ? "true" : "false"};
    }
    return values;
}

std::string iso_time(std::int64_t seconds)
{
    using namespace std::chrono;
    const sys_seconds time{std::chrono::seconds{seconds}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{time - day};
    const auto text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    if (clock.to_duration() == 0s) return text;
    return text +
           fmt::format("T{:02}:{:02}:{:02}Z", clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace alster
