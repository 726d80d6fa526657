#include "data/error.hpp"
#include "host/commands/commands.hpp"

namespace alster {

int inspect_command(int, char**) { throw Error(ExitCode::internal, "inspect: not there yet"); }

}  // namespace alster
