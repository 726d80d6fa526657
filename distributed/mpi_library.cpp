#include "distributed/mpi_library.hpp"

#include <mpi.h>

#include <algorithm>

namespace alster {

std::string mpi_library()
{
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length = 0;
    if (MPI_Get_library_version(text, &length) != MPI_SUCCESS) return "unknown";
    const std::string all(text, static_cast<std::size_t>(length));
    return all.substr(0, std::min(all.find_first_of(",\n"), all.size()));
}

}  // namespace alster
