#include "host/runs/toml_value.hpp"

#include <fmt/format.h>

namespace alster {

std::optional<std::string> as_typed(const toml::node& node)
{
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    return std::nullopt;
}

}  // namespace alster
