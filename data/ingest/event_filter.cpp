#include "data/ingest/event_filter.hpp"

#include <algorithm>

namespace alster {

std::vector<std::string> EventFilter::named_types() const
{
    std::vector<std::string> names = types;
    names.insert(names.end(), only.begin(), only.end());
    return names;
}

bool EventFilter::ignores(const Event& event) const
{
    const auto is_type = [&](const std::string& type) { return type == event.type; };
    if (std::ranges::any_of(types, is_type)) return true;
    if (!only.empty() && std::ranges::none_of(only, is_type)) return true;
    if (!event.has_value) return false;
    // values are kept in single precision
    const auto is_value = [&](double value) { return static_cast<float>(value) == event.value; };
    return (below && event.value < static_cast<float>(*below)) || std::ranges::any_of(values, is_value);
}

}  // namespace alster
