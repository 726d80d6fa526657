#pragma once
#include "data/dataset_file.hpp"

namespace alster {

/// Throws bad_data (65), naming the attribute and its value, where what a dataset says of itself contradicts itself or
/// the shapes of its datasets.
void check(const Hdf5File& file, const DatasetInfo& info);

/// Compares a dataset with its checksums, and its values, weights, counts, times, ids and their order with what they
/// can be; offsets and columns are compared where they are read. Throws bad_data (65) on all ranks alike. Collective.
void verify_dataset(const Hdf5File& file, const DatasetInfo& info);

/// Reads all interactions once, in slices: offsets and columns as they are compared where they are read, and that those
/// by item are those by user. Throws bad_data (65).
void check_interactions(const DatasetReader& dataset);

}  // namespace alster
