#pragma once
#include <filesystem>
#include <string>

#include "data/dataset_file.hpp"

namespace alster {

/// Where the dataset lies by which settings for `dataset` are chosen: d.validation.h5 beside d.h5.
[[nodiscard]] inline std::filesystem::path validation_of(const std::filesystem::path& dataset)
{
    auto path = dataset;
    return path.replace_extension(".validation" + dataset.extension().string());
}

/// The fingerprint of the dataset whose part train `info` splits once more; empty: it is no such dataset. Its provenance
/// says so.
[[nodiscard]] std::string validates(const DatasetInfo& info);

}  // namespace alster
