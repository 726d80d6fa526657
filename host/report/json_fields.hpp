#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace alster {

/// The fields of a result, which names them itself by `fields(visit)`, as a JSON object.
template <class Result>
[[nodiscard]] nlohmann::json json_of(const Result& result)
{
    nlohmann::json object = nlohmann::json::object();
    result.fields([&](const std::string& name, const auto& value) { object[name] = value; });
    return object;
}

}  // namespace alster
