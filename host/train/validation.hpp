#pragma once
#include <optional>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/evaluate/baseline.hpp"
#include "host/evaluate/measurement.hpp"
#include "host/evaluate/ranking.hpp"
#include "host/model/model_output.hpp"
#include "host/model/objective.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// The metric that training shows after each sweep, and may stop by: NDCG@10 of the held-out interactions under full
/// ranking, or RMSE for explicit feedback, as alster evaluate measures them. Holds this rank's rows of the split.
/// Stopping by it, or choosing by it, makes the held-out part a part of training: a figure to publish then needs
/// another one.
class Validation {
public:
    /// `users`: this rank's rows. Collective.
    Validation(const Communicator& ranks, const DatasetReader& dataset, const Objective& objective, RowRange users,
               MakeScorer make_scorer);

    /// False where the dataset has no split.
    [[nodiscard]] bool available() const { return dataset_.info().held_out > 0; }

    /// Of the factors as training has them; the same bits for any number of ranks. Collective.
    [[nodiscard]] Measurement measure(const TrainedRows& users, const TrainedRows& items) const;

    /// The best baseline's value of the metric; where a split is available.
    [[nodiscard]] const Baseline& baseline() const { return baseline_; }

    /// Whether `value` is better than `than`.
    [[nodiscard]] bool better(double value, double than) const
    {
        return objective_.is_explicit() ? value < than : value > than;
    }

private:
    [[nodiscard]] Measurement ranked(RowRange users, std::span<const std::uint8_t> learned, const Ranker& ranker) const;

    const Communicator& ranks_;
    const DatasetReader& dataset_;
    const Objective& objective_;
    MakeScorer make_scorer_;
    Interactions holdout_;
    Baseline baseline_;
    // of ranking:
    Interactions excluded_;
    std::vector<std::uint64_t> keys_;
    std::optional<Popularity> popularity_;
};

}  // namespace alster
