#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "host/personalize/neighbour_term.hpp"
#include "host/personalize/score_spread.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// What is asked for of the terms that are added to a model's scores.
struct BlendOptions {
    double mu = 0;                     // of the neighbour term; 0: it is not added
    std::filesystem::path neighbours;  // empty: neighbours.h5 beside the model
    double rho = 0;                    // of the recent-popularity term; 0: it is not added
    double recent_days = 7;            // that count as recent
};

/// A model's scores with those of the neighbour term (docs/neighbours.md):
///
///   score = x_u·y_j + μ · (sd_u(x·y) / sd_u(ℓ)) · ℓ_u(j)
///
/// Deviations are over all items of the model.
class Blend {
public:
    /// The candidate that an item is; −1: none.
    using CandidateOf = std::function<std::int32_t(std::int32_t item)>;

    /// μ > 0. `term` and what `candidate_of` refers to outlive it.
    Blend(const NeighbourTerm& term, double mu, ScoreSpread spread, CandidateOf candidate_of);

    /// What is added to the scores of queries with these histories. Memory: 8 bytes an entry, and 20 while they are made,
    /// so ask for some thousand queries at a time: rows_with_addends.
    [[nodiscard]] ScoreAddends addends(FactorTable queries, const Interactions& histories) const;

    [[nodiscard]] double mu() const { return mu_; }
    [[nodiscard]] const NeighbourTerm& term() const { return term_; }

private:
    const NeighbourTerm& term_;
    double mu_;
    ScoreSpread spread_;
    CandidateOf candidate_of_;
};

/// The blend for users: candidates are those of served.items(), queries users as served. `served` outlives it. Throws
/// usage (64) for a model of explicit feedback, whose scores are ratings.
[[nodiscard]] Blend blend_for_users(ServedModel& served, const NeighbourTerm& term, double mu);

/// How the blend of a score is computed, in words.
[[nodiscard]] std::string blend_formula(const std::string& score, const Blend& blend);

/// The file of neighbours that is meant.
[[nodiscard]] std::filesystem::path neighbours_of(const ServedModel& served, const BlendOptions& options);

}  // namespace alster
