#pragma once
#include <string>

namespace alster {

/// The name and version of the MPI library that is loaded, in one line. MPI need not have started.
[[nodiscard]] std::string mpi_library();

}  // namespace alster
