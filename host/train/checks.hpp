#pragma once
#include <optional>

#include "host/solve/half_step.hpp"
#include "host/train/job_context.hpp"

namespace alster {

/// Throws diverged (12) where a half-step raised the objective from `before` by more than rounding can. `stored`: the
/// stored part of the objective where all factors are 0.
void require_descent(const Job& job, const HalfStep& step, std::optional<double> before, double stored, int sweep);

/// How the rows of a half-step were solved: what its audit may find.
struct AuditTerms {
    Precision precision = Precision::fp32;  // with which the fixed side was read
    bool by_steps = false;                  // by conjugate gradients

    /// How far a row may be from its fp64 solution, ‖x − x'‖ / ‖x'‖.
    [[nodiscard]] double bound(const HalfStep& step) const;
};

}  // namespace alster
