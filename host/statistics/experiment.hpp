#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "host/statistics/interval.hpp"

namespace alster {

/// Whether units fell on the variants as they should have.
struct SampleRatio {
    double chi_squared = 0;
    double p = 1;

    /// Below it an experiment is broken: nothing it says can be trusted (Fabijan and others, KDD 2019).
    static constexpr double stop_below = 0.001;
    [[nodiscard]] bool broken() const { return p < stop_below; }
};

/// χ² = Σ (observed − expected)² / expected. `shares` are positive and are scaled to the units there are. At least two
/// variants.
[[nodiscard]] SampleRatio sample_ratio(std::span<const std::int64_t> units, std::span<const double> shares);

/// Numbers of one variant.
struct Group {
    std::int64_t units = 0;
    double mean = 0;
    double variance = 0;  // of one unit, with n − 1; 0 where there are fewer than two
};

[[nodiscard]] Group group_of(std::span<const double> values);

/// The treatment's mean less the control's.
struct GroupDifference {
    double value = 0;
    Interval interval = {};      // at one look, of a size fixed before the experiment
    double p = 1;                // two-sided, at one look
    Interval always_valid = {};  // holds at all looks together, whenever and however often
};

/// Plans a confidence sequence: it is narrowest at `planned` units in all.
struct SequencePlan {
    double planned = 1000;
    double alpha = 0.05;
};

/// Half the width of the asymptotic confidence sequence of a mean after t units of standard deviation sigma
/// (Waudby-Smith and others, 2021):  σ √( 2 (t ρ² + 1) / (t² ρ²) · log( √(t ρ² + 1) / α ) ),  and
/// ρ² = (1 − 2 log α + log(−2 log α)) / planned. Infinite for t = 0.
[[nodiscard]] double sequence_half_width(double sigma, double t, const SequencePlan& plan);

/// Of two independent groups of at least two units each. The sequence runs over all units: σ² = n (v₀/n₀ + v₁/n₁) with
/// n = n₀ + n₁.
[[nodiscard]] GroupDifference group_difference(const Group& control, const Group& treatment, const SequencePlan& plan);

/// Outcomes without what a measurement of before the experiment explains: Y − θ (X − mean X), θ = cov(Y, X) / var X
/// (Deng and others, WSDM 2013). X must be from before the experiment: the treatment may not have changed it.
struct Cuped {
    double theta = 0;                   // 0 where X does not vary
    double variance_reduction = 0;      // 1 − var of the adjusted / var Y
    std::vector<double> adjusted = {};  // (units)
};

/// Of the units of all variants together, at least two.
[[nodiscard]] Cuped cuped(std::span<const double> outcomes, std::span<const double> before);

}  // namespace alster
