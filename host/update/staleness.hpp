#pragma once
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// A user whose stored factors may be older than the items'.
struct OldAndExact {
    Row user;
    std::vector<float> stored;  // as served
    std::vector<float> exact;   // for the items that are there now
};

/// What the lists of such users are worth.
struct Staleness {
    std::int64_t users = 0;
    double overlap = 1;  // of the ten best unseen items by stored and by exact factors, the mean share in common
    double cosine = 1;   // of the two, the mean
};

/// Compares this rank's users; `model` has the items. Collective.
[[nodiscard]] Staleness staleness(const Communicator& ranks, const DatasetReader& dataset, const ModelReader& model,
                                  std::span<const OldAndExact> users);

}  // namespace alster
