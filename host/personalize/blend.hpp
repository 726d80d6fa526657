#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "host/personalize/neighbour_term.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// What is asked for of the neighbour term.
struct BlendOptions {
    double mu = 0;                     // 0: nothing is blended
    std::filesystem::path neighbours;  // empty: neighbours.h5 beside the model
};

/// The standard deviation of a query's products with N candidates, without a pass over them: with their Gramian G and
/// their mean ȳ it is sqrt(qᵀ G q / N − (q·ȳ)²).
class ScoreSpread {
public:
    /// `candidates` may lack some of the N, of which all factors are 0. `gramian`: (width, width).
    ScoreSpread(FactorTable candidates, Row n, std::vector<double> gramian);

    [[nodiscard]] double of(const float* query) const;

private:
    Row n_;
    std::vector<double> mean_;  // (width)
    std::vector<double> gramian_;
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

/// A blend with its term.
struct OwnBlend {
    NeighbourTerm term;
    Blend scores;

    OwnBlend(ServedModel& served, const BlendOptions& options);
    OwnBlend(const OwnBlend&) = delete;
    OwnBlend& operator=(const OwnBlend&) = delete;
};

/// Null where μ is 0. Collective.
[[nodiscard]] std::unique_ptr<OwnBlend> make_blend(ServedModel& served, const BlendOptions& options);

}  // namespace alster
