#pragma once
#include <memory>
#include <optional>
#include <string>

#include "host/evaluate/ranking.hpp"
#include "host/personalize/blend.hpp"

namespace alster {

/// Ranks by the neighbour term alone: the item–item baseline. `histories` has a row for each user of this rank. A user's
/// list ends with the last item that some neighbour names. Both arguments must outlive it.
[[nodiscard]] Ranker neighbour_ranker(const NeighbourTerm& term, const Interactions& histories);

/// What a blend adds to the scores of users with these histories. Both arguments must outlive it.
[[nodiscard]] AddendsOf addends_of(const Blend& blend, const Interactions& histories);

/// What is measured where there are neighbours, beside the model as it is asked for.
struct NeighbourReports {
    std::string words;        // "b 0.25, at most 50 neighbours of an item"
    RankingReport item_item;  // ℓ alone
};

/// The neighbours of an evaluation: those that were asked for, or that lie beside the model and are of the dataset.
class EvaluatedNeighbours {
public:
    /// `seen`: the training interactions of this rank's users. Errors as NeighbourTerm and Blend. Collective.
    EvaluatedNeighbours(ServedModel& served, const BlendOptions& options, const Interactions& seen);

    /// What blending adds to the scores of users of this rank; null where nothing is blended. This must outlive it.
    [[nodiscard]] AddendsOf addends() const;

    /// Nothing where there are no neighbours. Collective.
    [[nodiscard]] std::optional<NeighbourReports> measure(const Communicator& ranks, const RankingTask& task,
                                                          const Popularity& popularity) const;

    /// What blending adds to the score of one item, a row of the model, for a user of this rank; 0 without a blend.
    /// Quick for users one after the other.
    [[nodiscard]] double addend(FactorTable users, Row user, Row item) const;

private:
    const LearnedItems& items_;
    double mu_;
    Interactions histories_;
    std::unique_ptr<NeighbourTerm> term_;
    std::unique_ptr<Blend> blend_;
    mutable Row last_user_ = -1;  // whose addends follow
    mutable ScoreAddends last_;
};

}  // namespace alster
