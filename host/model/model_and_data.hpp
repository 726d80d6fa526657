#pragma once
#include <filesystem>
#include <string>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// Throws bad_data (65) unless rows of the model are the rows of the dataset: equal counts, and equal ids where the
/// model was trained on other interactions. The ranks share the comparison. Returns a warning for that latter case,
/// else an empty text. Collective.
[[nodiscard]] std::string require_match(const Communicator& ranks, const ModelReader& model,
                                        const DatasetReader& dataset);

/// One line where the model is that of a run which was not finished, else an empty text.
[[nodiscard]] std::string partial_note(const ModelReader& model);

}  // namespace alster
