#include "distributed/device_memory_support.hpp"

namespace alster {

bool mpi_claims_device_memory() { return false; }

}  // namespace alster
