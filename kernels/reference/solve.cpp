#include <Eigen/Dense>
#include <cmath>

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

}  // namespace

ReferenceRow solve_reference_row(const Interactions& interactions, Row row, FactorTable Y,
                                 const RowObjective& objective, std::span<float> x)
{
    const Offset n = interactions.entries(row);
    std::fill(x.begin(), x.end(), 0.0F);
    if (n == 0) return {};

    // A = diag(base + λ_u) + Σ c y yᵀ,  b = Σ c p y,  x = A⁻¹ b
    Eigen::VectorXd lambda = Eigen::VectorXd::Constant(Y.width, objective.regularization(n));
    if (objective.biased) lambda[Y.width - 1] = objective.regularization(n, true);
    Eigen::MatrixXd A = (Eigen::Map<const Eigen::VectorXd>(objective.base.data(), Y.width) + lambda).asDiagonal();
    Eigen::VectorXd b = Eigen::VectorXd::Zero(Y.width);
    for (Offset k = interactions.offsets[row]; k < interactions.offsets[row + 1]; ++k) {
        const auto [y, c, p] = entry_of(interactions, k, Y, objective.biased);
        A.selfadjointView<Eigen::Lower>().rankUpdate(y, c);
        b += c * p * y;
    }
    Eigen::Map<Eigen::VectorXf> solution(x.data(), Y.width);
    solution = A.selfadjointView<Eigen::Lower>().llt().solve(b).cast<float>();

    ReferenceRow result;
    const Eigen::VectorXd rounded = solution.cast<double>();
    for (Offset k = interactions.offsets[row]; k < interactions.offsets[row + 1]; ++k) {
        const auto [y, c, p] = entry_of(interactions, k, Y, objective.biased);
        result.residual += c * std::pow(p - rounded.dot(y), 2);
    }
    result.penalty = rounded.cwiseAbs2().dot(lambda);
    return result;
}

SolveReport ReferenceBackend::solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X) const
{
    SolveReport report;
    for (Row u = 0; u < shard.rows(); ++u) {
        const auto [residual, penalty] =
            solve_reference_row(shard, u, Y.table(), objective, std::span(X.row(u), static_cast<std::size_t>(X.width)));
        report.residuals.push_back(residual);
        report.penalties.push_back(penalty);
        if (!std::isfinite(residual + penalty)) report.failed = u;
    }
    return report;
}

}  // namespace alster
