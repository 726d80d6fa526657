#include "host/train/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace alster {

namespace {

/// An exact half-step cannot raise the objective. What may look like it: Y Q is rounded to fp32, which moves a
/// prediction by a few eps; 16 eps of the objective is above that, and far below what a wrong row solve would add.
/// In bf16 the fixed side is read, or came, with elements rounded by up to 2^-8, and a squared residual moves by twice
/// that; the objective of the next half-step is that of other rounded factors.
double rise_tolerance(const Job& job)
{
    const bool rounded = job.precision == Precision::bf16 || job.options.solve.exchange.wire == Wire::bf16;
    return rounded ? 0x1p-7 : 16 * 0x1p-23;
}

}  // namespace

void require_descent(const Job& job, const HalfStep& step, std::optional<double> before, double stored, int sweep)
{
    if (!before) return;
    const double tolerance = rise_tolerance(job);
    const double of_objective = *before * (1 + tolerance);
    // Scores are off by some eps of p. Σ c (e + δ)² ≤ (√Σ c e² + √Σ c δ²)²: of strong confidences that fit well the
    // last part is more than eps of the objective.
    const double of_scores = std::pow(std::sqrt(*before) + tolerance / 8 * std::sqrt(stored), 2);
    if (step.objective <= std::max(of_objective, of_scores)) return;
    if (job.resumed && job.resumed->reader.info().objective == *before)
        throw Error(
            ExitCode::bad_data,
            "{}: its objective {:.9g} is not that of its factors, from which the next half-step came to {:.9g}: "
            "it is damaged; remove it, and the one before it is taken",
            job.resumed->path.string(), *before, step.objective);
    const std::string rose = fmt::format("the objective rose from {:.9g} to {:.9g} when sweep {} solved the {}",
                                         *before, step.objective, sweep, name(step.solved));
    if (of_scores > of_objective) {
        const Row heaviest = heaviest_row(job.dataset, step.solved, job.options.objective);
        throw Error(ExitCode::diverged, "{}: more than fp32 factors can fit are the data of {}: {}", rose,
                    describe_row(job.dataset, step.solved, heaviest, job.options.objective),
                    what_helps(job.options.objective));
    }
    throw Error(ExitCode::diverged, "{}: no right solve can do that; please report it with config.resolved.toml", rose);
}

double AuditTerms::bound(const HalfStep& step) const
{
    const bool stopped_early = by_steps && step.retried_rows == 0;  // as was asked for
    return precision == Precision::bf16 || stopped_early ? 0.125 : 1e-3;
}

}  // namespace alster
