#include "data/error.hpp"
#include "host/commands/commands.hpp"

namespace alster {

int synth_command(int, char**) { throw Error(ExitCode::internal, "synth: not there yet"); }

}  // namespace alster
