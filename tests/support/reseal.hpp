#pragma once
#include <string>
#include <vector>

#include "data/hdf5_handle.hpp"

namespace alster::test {

/// Full names of everything in an HDF5 file that is open.
[[nodiscard]] std::vector<std::string> names_in(Hdf5Handle& file);

/// Makes the checksums of a file again after it was altered with HDF5's own functions: what another program would do to
/// pass something off as alster's. Of datasets that are small and not of variable length; of the others they stay.
void reseal(Hdf5Handle& file);

}  // namespace alster::test
