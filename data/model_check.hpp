#pragma once
#include "data/error.hpp"
#include "data/model_file.hpp"

namespace alster {

/// Throws `code` on all ranks where products of such factors can be beyond single precision. Collective.
void require_finite_scores(const Hdf5File& file, Row width, const LargestFactors& mine, ExitCode code);

/// Throws bad_data (65), naming the attribute and its value, where what a model says of itself contradicts itself or
/// the shapes of its datasets. Reads attributes and shapes only, and the Gramians' widths.
void check(const Hdf5File& file, const ModelInfo& info);

/// Compares a model with its checksums, and all its values with what they can be: factors, ids and their order, counts,
/// times, statuses, Gramians. Throws bad_data (65) on all ranks alike. Collective.
void verify_model(const Hdf5File& file, const ModelInfo& info);

}  // namespace alster
