#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "host/model/objective.hpp"

namespace alster {

/// What a trial trains with.
struct TrialSettings {
    Row factors = 0;
    double reg = 0;
    double alpha0 = 0;
    double nu = 1;

    friend bool operator==(const TrialSettings&, const TrialSettings&) = default;
    [[nodiscard]] Objective objective() const;
    /// "factors 64, reg 0.0123, alpha0 0.145, nu 1"
    [[nodiscard]] std::string text() const;
};

/// Where settings are looked for. It follows from the size of the data alone:
///   α0   a · 2^t,  t in [−3, 4]                    a: that of train's --alpha0 auto
///   λ    (λ₁ m)^… so that λ (n + α0 N)^ν is λ₁ m at a middling row, λ₁ in [0.001, 0.06]
///   ν    ½, ¾ or 1
///   f    one of a list
/// Numbers have three digits, so that they can be typed again.
class TrialSpace {
public:
    /// `factors` ascend.
    TrialSpace(const DatasetInfo& data, std::vector<Row> factors);

    /// What `alster train --alpha0 auto` would do, with the middle one of the factors.
    [[nodiscard]] TrialSettings usual() const;

    /// The settings number n of a sequence that fills the space evenly; the seed shifts it.
    [[nodiscard]] TrialSettings anywhere(std::uint64_t seed, int n) const;

    /// The same within a factor of 2 of `best` in α0 and λ, and next to its ν and f.
    [[nodiscard]] TrialSettings near(const TrialSettings& best, std::uint64_t seed, int n) const;

private:
    [[nodiscard]] TrialSettings rounded(Row factors, double alpha0, double reg_by_frequency, double nu) const;
    [[nodiscard]] double middling_row(double alpha0) const;

    double users_;
    double items_;
    double interactions_;
    double usual_alpha0_;
    std::vector<Row> factors_;
};

}  // namespace alster
