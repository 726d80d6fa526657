#pragma once
#include <memory>
#include <span>
#include <vector>

#include "data/feature_prior.hpp"
#include "distributed/communicator.hpp"
#include "host/personalize/cold/features.hpp"
#include "host/personalize/cold/ridge_system.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// What rows are pulled to in training, where something else than 0 was asked for (docs/cold.md).
struct PriorOptions {
    FeatureRules users{.attributes = {}, .numbers = true, .option = "--user-features"};
    FeatureRules items{.attributes = {}, .numbers = true, .option = "--item-features"};
    double ridge = 1;  // weight of ‖A‖² as that of so many mean rows; above 0

    [[nodiscard]] const FeatureRules& of(Side side) const { return side == Side::users ? users : items; }
    [[nodiscard]] bool any() const { return !users.attributes.empty() || !items.attributes.empty(); }
};

/// The prior of one side: m_u = Aᵀ f_u of this rank's rows, and the map A, the same on all ranks. In training A is
/// fitted again after each half-step that solves the side:
///   A = argmin Σ_u λ_u ‖x_u − Aᵀ f_u‖² + ρ λ ‖A‖²        over rows with interactions, λ_u = λ w_u
/// of which A is the same whatever λ is, so that biases, which may have another one, are mapped as factors are.
class SidePrior {
public:
    /// `own`: features of this rank's rows, by the prior's names. A stays what it is until prepare_fit() is called.
    SidePrior(FeaturePrior prior, Features own) : prior_(std::move(prior)), features_(std::move(own)) {}
    SidePrior(const SidePrior&) = delete;
    SidePrior& operator=(const SidePrior&) = delete;

    /// Lets fit() follow. `entries`: interactions of this rank's rows; the side has `all_rows`. Sets ρ to `ridge` times
    /// the mean w of rows with interactions. Throws usage (64) for more than most_features. Collective.
    void prepare_fit(const Communicator& ranks, std::span<const Offset> entries, Row all_rows,
                     const RowObjective& objective, double ridge);
    [[nodiscard]] bool fits() const { return system_ != nullptr; }

    /// A ← A Q, when the factors of both sides are turned so.
    void turn(const Spectrum& basis);

    /// The prior of this rank's rows by A as it is now; valid as long as this.
    [[nodiscard]] std::shared_ptr<const RowPrior> of_rows() const { return of_rows(prior_.map); }
    [[nodiscard]] std::shared_ptr<const RowPrior> of_rows(std::vector<double> map) const;

    /// Fits A to this rank's rows X (rows, width). Collective.
    void fit(const Communicator& ranks, std::span<const float> X);

    /// Σ_u λ_u ‖x_u − Aᵀ f_u‖² of all ranks' rows. Collective.
    [[nodiscard]] double penalty(const Communicator& ranks, std::span<const float> X,
                                 const RowObjective& objective) const;

    /// ρ λ ‖A‖².
    [[nodiscard]] double ridge_penalty(std::span<const double> map, const RowObjective& objective) const;

    [[nodiscard]] const FeaturePrior& prior() const { return prior_; }
    void set_map(std::vector<double> map) { prior_.map = std::move(map); }

private:
    FeaturePrior prior_;
    Features features_;
    std::vector<double> row_weights_;  // w of this rank's rows, 0 where they have no interactions
    Row all_rows_ = 0;
    std::unique_ptr<RidgeSystem> system_;
};

/// The prior of rows that start from 0, and no map yet. Not collective.
[[nodiscard]] FeaturePrior start_prior(const DatasetReader& dataset, Side side, const FeatureRules& rules, Row width);

}  // namespace alster
