#pragma once
#include <span>

#include "host/commands/commands.hpp"

namespace alster {

/// The overview of all commands, on standard output.
void print_overview(std::span<const Command> commands);

/// `alster help train` is `alster train --help`. For packages: `--man` and `--man train` print manual pages,
/// `--completion bash` a completion script, `--pages` the names of all that have a page.
int help_command(std::span<const Command> commands, int argc, char** argv);

/// Says that there is no such command, and which may be meant. Returns usage (64).
int refuse_command(std::span<const Command> commands, const char* word);

}  // namespace alster
