#include "data/json_text.hpp"

#include <nlohmann/json.hpp>

namespace alster {

std::string valid_utf8(const std::string& text)
{
    return nlohmann::json::parse(json_text(nlohmann::json(text))).get<std::string>();
}

}  // namespace alster
