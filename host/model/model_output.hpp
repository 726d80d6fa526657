#pragma once
#include <filesystem>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "distributed/communicator.hpp"
#include "host/model/served_factors.hpp"

namespace alster {

/// Writes model.h5 by all ranks together: ids and counts from the dataset, factors as served. Sets the info's
/// space_id, unless it has one: that of the model whose rows these are. Collective.
void write_model(const Communicator& ranks, const DatasetReader& dataset, const Objective& objective, ModelInfo info,
                 const TrainedRows& users, const TrainedRows& items, const std::filesystem::path& path);

}  // namespace alster
