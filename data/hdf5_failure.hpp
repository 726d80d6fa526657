#pragma once

namespace alster {

/// What HDF5's last failure says of the system below it.
struct Hdf5Failure {
    bool locking = false;           // the file could not be locked
    bool open_for_writing = false;  // a writer's mark stands in the file
    int reason = 0;                 // errno; 0: it was not the system's
};
[[nodiscard]] Hdf5Failure hdf5_failure();

}  // namespace alster
