#pragma once
#include <span>
#include <vector>

#include "data/feature_prior.hpp"
#include "host/personalize/cold/mapping.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// A Q: the map when factors are turned into another basis.
[[nodiscard]] std::vector<double> turned_map(const FeaturePrior& prior, const Spectrum& basis);

/// Aᵀ f of wanted rows, A as `prior` has it. `features` are by its names. (wanted, width)
[[nodiscard]] std::vector<float> map_by_prior(const FeaturePrior& prior, const Features& features,
                                              std::span<const Row> wanted);

/// The same with A fitted to the known rows of the task alone, as training fits it to all: each row counts by its weight
/// w, (features.rows()). Every rank does all of it; the same bits on all.
[[nodiscard]] std::vector<float> map_by_refitted_prior(FeaturePrior prior, const MappingTask& task,
                                                       std::span<const double> weights);

}  // namespace alster
