#include "data/error.hpp"
#include "host/commands/commands.hpp"

namespace alster {

int prepare_command(int, char**) { throw Error(ExitCode::internal, "prepare: not there yet"); }

}  // namespace alster
