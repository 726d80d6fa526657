#pragma once
#include <string>

namespace alster {

struct MpiTrial {
    bool started = false;
    double seconds = 0;
    std::string said;  // the last line of what did not start
};

/// Runs this program once more, alone and with MPI, by `alster doctor --mpi-trial`: what fails there does not end this
/// process. Takes at most 20 seconds.
[[nodiscard]] MpiTrial try_mpi();

}  // namespace alster
