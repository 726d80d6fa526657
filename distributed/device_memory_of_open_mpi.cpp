#include <mpi.h>

#include <mpi-ext.h>

#include "distributed/device_memory_support.hpp"

namespace alster {

bool mpi_claims_device_memory() { return MPIX_Query_cuda_support() == 1; }

}  // namespace alster
