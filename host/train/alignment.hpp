#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/model/objective.hpp"
#include "host/model/served_factors.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// The orthogonal R that brings item factors nearest to those of an earlier model: argmin ‖A R − B‖, where A and B are
/// the rows of the items in common, of which both have learned factors.
struct Alignment {
    Spectrum turn;  // R as its vectors; of explicit feedback the bias stays as it is
    std::int64_t common = 0;
    double residual = 0;       // ‖A R − B‖ / ‖B‖
    double cosine_before = 0;  // of the rows of A and B, the mean
    double cosine = 0;         // of those of A R and B
    std::string run_id;        // of the earlier model
    std::string space_id;
};

/// `items`: this rank's rows as training has them. The same bits on all ranks, for any number of them. Errors: those of
/// factors_of_model(), and bad_data (65) where nothing is in common. Collective.
[[nodiscard]] Alignment align(const Communicator& ranks, const std::filesystem::path& model,
                              const DatasetReader& dataset, const Objective& objective, const TrainedRows& items);

}  // namespace alster
