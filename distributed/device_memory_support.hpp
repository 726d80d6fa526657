#pragma once

namespace alster {

/// Whether this MPI says that it may be given device memory. Some that say so cannot: try it.
[[nodiscard]] bool mpi_claims_device_memory();

}  // namespace alster
