#pragma once
#include <memory>
#include <optional>
#include <string>

#include "host/personalize/blend.hpp"
#include "host/personalize/recent_term.hpp"

namespace alster {

/// How users' scores come about: the model's, and the terms that were asked for (docs/neighbours.md, docs/recent.md).
class BlendedScores {
public:
    /// `served` has a dataset and outlives it. Errors: those of the terms. Collective.
    explicit BlendedScores(ServedModel& served, const BlendOptions& options = {});
    BlendedScores(const BlendedScores&) = delete;
    BlendedScores& operator=(const BlendedScores&) = delete;

    /// The neighbour term; null where μ is 0.
    [[nodiscard]] const Blend* neighbours() const { return neighbours_ ? &*neighbours_ : nullptr; }
    /// The recent-popularity term; null where ρ is 0.
    [[nodiscard]] const RecentTerm* recent() const { return recent_.get(); }

    /// Of served.items(), with recent popularity; what neighbours add goes with the queries.
    [[nodiscard]] const Scorer& scorer() const { return scorer_; }
    /// What users get of whom nothing was learned.
    [[nodiscard]] const Popularity& popularity() const { return recent_ ? recent_->popularity() : all_time_; }

    /// How a score is computed, in words.
    [[nodiscard]] std::string formula() const;

private:
    const ModelInfo& info_;
    const Popularity& all_time_;
    std::optional<NeighbourTerm> term_;
    std::optional<Blend> neighbours_;
    std::unique_ptr<RecentTerm> recent_;
    Scorer scorer_;
};

}  // namespace alster
