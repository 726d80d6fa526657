#include "data/error.hpp"
#include "host/commands/commands.hpp"

namespace alster {

int similar_command(int, char**) { throw Error(ExitCode::internal, "similar: not there yet"); }

}  // namespace alster
