#pragma once
#include <toml++/toml.h>

#include <optional>
#include <string>

namespace alster {

/// A number or text of a TOML file as one would type it after an option; nothing for other kinds of value.
[[nodiscard]] std::optional<std::string> as_typed(const toml::node& node);

}  // namespace alster
