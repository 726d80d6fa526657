#pragma once
#include "data/dataset_file.hpp"
#include "data/interactions.hpp"
#include "data/model_file.hpp"
#include "kernels/backend.hpp"

namespace alster {

enum class Feedback { implicit_feedback, explicit_feedback };

inline constexpr Row max_factors = 2048;

/// What is minimised (docs/mathematics.md, "Objective"): of a run that is asked for, or of a model that is there.
struct Objective {
    Feedback feedback = Feedback::implicit_feedback;
    Row factors = 64;         // f
    double lambda = -1;       // λ; below 0: what suits the feedback, regularization()
    double bias_lambda = -1;  // λ of the biases, explicit feedback; below 0: λ
    double alpha0 = 0.2;      // α0, weight of all pairs, implicit feedback; below 0: settle()
    double alpha = 0;         // the classic form: confidence 1 + alpha·r, weight 1 on what was not seen; 0: not used
    double nu = 1;            // ν, exponent of the counts in λ_u = λ (n_u + α0·|items|)^ν

    /// Of the model that a file holds.
    [[nodiscard]] static Objective of(const ModelInfo& model);
    /// Sets what a model's file says of it.
    void describe(ModelInfo& model) const;

    /// Where α0 was left to the data: 8 · interactions / (users · items), at most 1; the rule that suits all sets we
    /// have (docs/decisions.md). Users and items without interactions count.
    void settle(const DatasetInfo& data);

    [[nodiscard]] bool is_explicit() const { return feedback == Feedback::explicit_feedback; }
    /// λ of the factors, and of the biases (docs/benchmarks.md, "Defaults").
    [[nodiscard]] double regularization() const { return lambda >= 0 ? lambda : is_explicit() ? 0.15 : 0.02; }
    [[nodiscard]] double bias_regularization() const { return bias_lambda >= 0 ? bias_lambda : regularization(); }
    /// Weight of unobserved pairs in the objective that is solved.
    [[nodiscard]] double unobserved_weight() const { return is_explicit() ? 0 : alpha > 0 ? 1 : alpha0; }
    /// Columns of the factor matrices while training: explicit rows carry their bias as the last one.
    [[nodiscard]] Row width() const { return is_explicit() ? factors + 1 : factors; }
    /// Columns of the factors that a model holds: a user's bias and 1, 1 and an item's bias, are the last two.
    [[nodiscard]] Row served_width() const { return is_explicit() ? factors + 2 : factors; }

    /// Of one row, given how many rows the fixed side has; `base`, of which the fixed side decides, is 0.
    [[nodiscard]] RowObjective of_row(Row fixed_rows) const;

    /// Turns stored interactions into the confidences c and preferences p:
    ///   implicit           c and p as stored by event rules; 1 and 1 without rules
    ///   implicit, classic  weight 1 + αr on p, 1 on what was not seen:  c = αr,  p ← p (1 + αr)/(αr);  r = c, or the
    ///                      value where there are no confidences
    ///   explicit           c = 1,  p = value − mean
    /// Values are given up. Throws bad_data (65) where the classic form meets r ≤ 0, usage (64) where ratings are
    /// asked for and some were only shown.
    [[nodiscard]] Interactions apply(Interactions interactions, double mean) const;
};

}  // namespace alster
