#pragma once
#include <filesystem>
#include <vector>

#include "data/dataset_file.hpp"
#include "host/model/objective.hpp"

namespace alster {

/// What a model has of some of the dataset's items, by their ids: (items, objective.width()) as training has them; NaN
/// in the first column of a row that it lacks, or that it has not learned. Throws bad_data (65) where its factors are not
/// of this number or feedback, where it has learned none of all the dataset's items, or its factors are all 0. Not
/// collective.
[[nodiscard]] std::vector<float> factors_of_model(const std::filesystem::path& model, const DatasetReader& dataset,
                                                  const Objective& objective, RowRange items);

/// The same errors, before hours of training. Not collective.
void require_factors_of_model(const std::filesystem::path& model, const DatasetReader& dataset,
                              const Objective& objective);

}  // namespace alster
