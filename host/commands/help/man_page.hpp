#pragma once
#include <string>
#include <utility>
#include <vector>

#include "host/commands/help/command_text.hpp"

namespace alster {

/// The manual page of a command, alster-NAME(1), as roff.
[[nodiscard]] std::string man_page(const CommandText& command);

/// alster(1): `commands` are names and summaries.
[[nodiscard]] std::string man_page(const std::vector<std::pair<std::string, std::string>>& commands);

}  // namespace alster
