#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "host/publish/list_difference.hpp"

namespace alster {

[[nodiscard]] nlohmann::ordered_json to_json(const ListDifference& difference);
[[nodiscard]] std::string to_text(const ListDifference& difference);

}  // namespace alster
