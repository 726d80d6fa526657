#pragma once
#include <Eigen/Dense>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "host/model/learned_items.hpp"
#include "host/model/objective.hpp"

namespace alster {

/// How a score is taken apart, a weight for each event of the user's history (docs/explain.md):
///   leave_one_out  how far the score falls had the event not happened, the penalty staying as it is: solved again
///                  without it, in closed form. These do not sum to the score: events speak for each other
///   hu_koren       c_i p_i y_j·M⁻¹ y_i; with the base they sum to the score
///   dual           a_i y_j·D⁻¹ y_i, where x = Σ a_i D⁻¹ y_i; with the base they sum to the score
enum class ScoreSplit { leave_one_out, hu_koren, dual };
inline constexpr std::array<const char*, 3> score_split_names = {"leave-one-out", "hu-koren", "dual"};

/// The scores of some items for one user, each taken apart.
struct Explanation {
    Offset events = 0;
    std::vector<double> bases;    // (items) what no event has to do with: mean + b_j of explicit feedback, else 0
    std::vector<double> scores;   // (items) base + y_j·x, x solved in fp64
    std::vector<double> weights;  // (items, events) in units of the score
    bool reliable = true;         // false: fp64 cannot solve the user's equation

    [[nodiscard]] std::span<const double> weights_of(std::size_t item) const
    {
        return std::span(weights).subspan(item * static_cast<std::size_t>(events), static_cast<std::size_t>(events));
    }
};

/// What consecutive users have done.
struct UserHistories {
    Interactions events;              // confidences and preferences as the objective has them
    std::vector<std::uint8_t> liked;  // (entries) 1: consumed and liked; explicit: rated above the mean
};

/// Solves users' equations again, in fp64 and for the items of a model file, to see what each event does.
class Explainer {
public:
    /// `items` must live as long.
    Explainer(const ModelReader& model, const LearnedItems& items);

    /// Errors: those of Objective::apply.
    [[nodiscard]] UserHistories histories(const DatasetReader& dataset, RowRange users) const;

    /// Explains items to user `row` of some histories: O(n²) an item after the factorization of its equation, of
    /// min(n, w) rows. Any thread may call it; the bits do not depend on which. Throws usage (64) for the dual split of
    /// a model whose biases have no regularization: there is none.
    [[nodiscard]] Explanation explain(const Interactions& events, Row row, std::span<const std::int32_t> items,
                                      ScoreSplit split) const;

private:
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    struct Equation;
    struct Events;
    struct Solution;

    void copy_item(std::int32_t item, double* y) const;
    [[nodiscard]] double bias(std::int32_t item) const;
    [[nodiscard]] RowMajor rows_of(std::span<const std::int32_t> items) const;
    [[nodiscard]] Events events_at(const Equation& equation, Offset first, Offset count) const;
    [[nodiscard]] Solution solve_dual(const Equation& equation) const;
    [[nodiscard]] Solution solve_primal(const Equation& equation) const;
    [[nodiscard]] Eigen::MatrixXd by_base(const Equation& equation) const;

    const LearnedItems& items_;
    Objective objective_;
    double mean_;
    RowObjective row_objective_;
    Row width_;                // of an equation: factors, and the user's bias
    Eigen::MatrixXd gramian_;  // (w, w) α0 YᵀY = Q Λ Qᵀ
    Eigen::VectorXd values_;   // (w) Λ
    Eigen::MatrixXd vectors_;  // (w, w) Q; empty: the identity
};

}  // namespace alster
