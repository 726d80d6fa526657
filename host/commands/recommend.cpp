#include "data/error.hpp"
#include "host/commands/commands.hpp"

namespace alster {

int recommend_command(int, char**) { throw Error(ExitCode::internal, "recommend: not there yet"); }

}  // namespace alster
