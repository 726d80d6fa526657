#pragma once
#include <cstddef>
#include <string>

#include "host/commands/help/command_text.hpp"

namespace alster {

/// What --help prints, in lines of at most `width` columns.
[[nodiscard]] std::string help_text(const CommandText& command, std::size_t width);

/// "--factors INT", "-h, --help".
[[nodiscard]] std::string heading_of(const OptionText& option);

/// The description with the notes: "Latent factors (1 … 2048, default 64)".
[[nodiscard]] std::string described(const OptionText& option);

}  // namespace alster
