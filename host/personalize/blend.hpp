#pragma once
#include <filesystem>
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

/// A model's scores with those of the neighbour term (docs/neighbours.md):
///
///   score = x_u·y_j + μ · (sd_u(x·y) / sd_u(ℓ)) · ℓ_u(j)
///
/// Deviations are over all N items of the model. That of x·y needs no pass over them: with the items' Gramian G and
/// their mean ȳ it is sqrt(xᵀ G x / N − (x·ȳ)²).
class Blend {
public:
    /// μ > 0. `served` and `term` outlive it. Throws usage (64) for a model of explicit feedback, whose scores are
    /// ratings.
    Blend(ServedModel& served, const NeighbourTerm& term, double mu);

    /// What is added to the scores of served.items() for users with these factors (as served) and histories. Memory:
    /// 8 bytes an entry, and 20 while they are made, so ask for some thousand users at a time: rows_with_addends.
    [[nodiscard]] ScoreAddends addends(FactorTable users, const Interactions& histories) const;

    /// Of one score, in words.
    [[nodiscard]] std::string formula() const;

private:
    [[nodiscard]] double deviation(const float* user) const;

    const NeighbourTerm& term_;
    const LearnedItems& candidates_;
    double mu_;
    Row items_;
    std::vector<double> mean_;     // (width) of the items' factors
    std::vector<double> gramian_;  // (width, width)
};

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
