#pragma once
#include <string>
#include <utility>
#include <vector>

#include "host/commands/help/command_text.hpp"

namespace alster {

/// Names of commands with what they are for, and the options of each: of "ab", those of "ab assign" and "ab read".
struct ProgramText {
    std::vector<std::pair<std::string, std::string>> commands;
    std::vector<CommandText> options;
};

/// The completion script for "bash", "zsh" or "fish"; empty for another shell.
[[nodiscard]] std::string completion(const ProgramText& program, const std::string& shell);

}  // namespace alster
