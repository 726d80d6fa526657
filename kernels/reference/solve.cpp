#include <Eigen/Dense>
#include <cmath>

#include "kernels/exact_row.hpp"
#include "kernels/pivots.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

namespace {

/// A fixed row as the solve sees it: in the biased form [y, b] acts as [y, 1], and b leaves the target.
struct Entry {
    Eigen::VectorXd y;
    double c;
    double p;
};

Entry entry_of(const Interactions& interactions, Offset k, FactorTable Y, bool biased)
{
    const Eigen::Map<const Eigen::VectorXf> stored(Y.row(interactions.columns[k]), Y.width);
    Entry entry{stored.cast<double>(), interactions.confidences.empty() ? 1.0 : interactions.confidences[k],
                interactions.preferences.empty() ? 1.0 : interactions.preferences[k]};
    if (biased) {
        entry.p -= entry.y[Y.width - 1];
        entry.y[Y.width - 1] = 1;
    }
    return entry;
}

ExactRow solve_reference_row(const Interactions& interactions, Row row, FactorTable Y, const RowObjective& objective,
                             std::span<float> x)
{
    const Offset n = interactions.entries(row);
    std::fill(x.begin(), x.end(), 0.0F);
    if (n == 0) return {};

    // A = diag(base + λ_u) + Σ c y yᵀ,  b = λ_u m + Σ c p y,  x = A⁻¹ b
    Eigen::VectorXd lambda = Eigen::VectorXd::Constant(Y.width, objective.regularization(n));
    if (objective.biased) lambda[Y.width - 1] = objective.regularization(n, true);
    Eigen::MatrixXd A = (Eigen::Map<const Eigen::VectorXd>(objective.base.data(), Y.width) + lambda).asDiagonal();
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(Y.width);
    if (objective.prior) objective.prior->mean(row, {mean.data(), x.size()});
    Eigen::VectorXd b = lambda.cwiseProduct(mean);
    for (Offset k = interactions.offsets[row]; k < interactions.offsets[row + 1]; ++k) {
        const auto [y, c, p] = entry_of(interactions, k, Y, objective.biased);
        A.selfadjointView<Eigen::Lower>().rankUpdate(y, c);
        b += c * p * y;
    }
    Eigen::Map<Eigen::VectorXf> solution(x.data(), Y.width);
    const Eigen::LLT<Eigen::MatrixXd> factorized(A.selfadjointView<Eigen::Lower>());
    const Eigen::VectorXd pivots = factorized.matrixLLT().diagonal().cwiseAbs2();
    if (factorized.info() != Eigen::Success ||
        (pivots.array() < least_pivot_share_in_fp64 * A.diagonal().array()).any())
        return solve_exact_row(interactions, row, Y, objective, x);
    solution = factorized.solve(b).cast<float>();

    ExactRow result;
    const Eigen::VectorXd rounded = solution.cast<double>();
    for (Offset k = interactions.offsets[row]; k < interactions.offsets[row + 1]; ++k) {
        const auto [y, c, p] = entry_of(interactions, k, Y, objective.biased);
        result.residual += c * std::pow(p - rounded.dot(y), 2);
    }
    result.penalty = (rounded - mean).eval().cwiseAbs2().dot(lambda);
    return result;
}

}  // namespace

SolveReport ReferenceBackend::solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X,
                                    const RowsReady& ready) const
{
    SolveReport report;
    if (!ready(0)) return report;
    report.residuals.resize(shard.rows());
    report.penalties.resize(shard.rows());
    for (Row u = 0; u < shard.rows(); ++u)
        report.enter(u, solve_reference_row(shard, u, Y.table(), objective,
                                            std::span(X.row(u), static_cast<std::size_t>(X.width))));
    report.retried = 0;
    return report;
}

}  // namespace alster
