#pragma once
#include "data/checkpoint_file.hpp"

namespace alster {

/// Throws bad_data (65), naming the attribute and its value, where what a checkpoint says of itself contradicts itself
/// or the shapes of its datasets.
void check(const Hdf5File& file, const CheckpointInfo& info);

/// Compares a checkpoint with its checksums, and its factors with what they can be. Throws bad_data (65) on all ranks
/// alike. Collective.
void verify_checkpoint(const Hdf5File& file, const CheckpointInfo& info);

}  // namespace alster
