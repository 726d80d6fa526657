#pragma once
#include <optional>
#include <span>

#include "data/exclusion.hpp"
#include "host/model/served_model.hpp"
#include "host/personalize/blended_scores.hpp"
#include "host/personalize/candidate_classes.hpp"
#include "host/personalize/evidence.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

struct RecommendOptions {
    Row k = 10;
    bool include_seen = false;           // nothing is excluded
    Exclusion exclusion;                 // beside what was consumed in training
    bool fill = true;                    // from popularity, where the model's list runs short
    Eligibility* eligibility = nullptr;  // who may see what; null: everybody everything
    Row evidence = 0;                    // pieces of evidence of a place, at most most_evidence
};

/// The most popular items that users see whom the model does not know; none where the rules let them see nothing.
/// `eligibility` may be null.
[[nodiscard]] PopularItems popular_for_unknown(const Popularity& popularity, Eligibility* eligibility);

/// Makes lists of k items for blocks of users; only the items are in memory as a whole.
class Recommender {
public:
    /// `served` has a dataset and outlives it. Collective.
    /// Where there are blended scores, which outlive it too, lists go by them.
    Recommender(ServedModel& served, const RecommendOptions& options, const BlendedScores* blend = nullptr);

    /// A user of whom nothing was learned has no taste that the model could know: it gets the most popular items that
    /// its list does not exclude. So does `unknown_user`.
    [[nodiscard]] Lists lists(std::span<const Row> users);

    /// Adds to lists of these users, whatever their order is by now, the evidence that was asked for.
    void find_evidence(std::span<const Row> users, Lists& made) const;

    /// What a user gets whom the model does not know; empty where the rules let them see nothing.
    [[nodiscard]] const PopularItems& popular() const { return most_popular_; }

private:
    struct Users;
    [[nodiscard]] Users read(std::span<const Row> users) const;
    [[nodiscard]] Lists score(const Users& users);
    [[nodiscard]] Lists make(std::span<const Row> users);
    void fill(const Users& users, Row u, Lists& result) const;
    [[nodiscard]] Shortfall shortfall(const Users& users, Row u, const Lists& result) const;

    const ModelReader& model_;
    const DatasetReader& dataset_;
    RecommendOptions options_;
    const Blend* blend_;  // with neighbours; null: none
    const LearnedItems& items_;
    const Scorer& scorer_;
    const Popularity& popularity_;
    CandidateClasses classes_;
    PopularItems most_popular_;
    std::optional<EvidenceFinder> evidence_;
};

}  // namespace alster
