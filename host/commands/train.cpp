#include "data/error.hpp"
#include "host/commands/commands.hpp"

namespace alster {

int train_command(int, char**) {
    throw Error(ExitCode::internal, "train: not there yet");
}

}  // namespace alster
