#include "kernels/normal_equations.hpp"

#include <Eigen/Dense>
#include <cassert>

namespace alster {

void NormalEquations::add(std::span<const float> part)
{
    assert(part.size() == sums_.size());
    for (std::size_t k = 0; k < sums_.size(); ++k) sums_[k] += part[k];
}

NormalEquations::Solution NormalEquations::solve(const RowObjective& objective, Row u, Offset entries,
                                                 std::span<float> x) const
{
    Eigen::MatrixXd A(width_, width_);
    for (Row a = 0; a < width_; ++a)
        for (Row b = 0; b <= a; ++b) A(a, b) = sums_[triangle_index(a, b)];
    Eigen::VectorXd lambda = Eigen::VectorXd::Constant(width_, objective.regularization(entries));
    if (objective.biased) lambda[width_ - 1] = objective.regularization(entries, true);
    A.diagonal() += Eigen::Map<const Eigen::VectorXd>(objective.base.data(), width_) + lambda;

    const Eigen::LLT<Eigen::MatrixXd> factorized(A.selfadjointView<Eigen::Lower>());
    const Eigen::VectorXd pivots = factorized.matrixLLT().diagonal().cwiseAbs2();
    const bool definite = factorized.info() == Eigen::Success;
    const double least_share = definite ? pivots.cwiseQuotient(A.diagonal()).minCoeff() : 0;
    Eigen::VectorXd b = Eigen::Map<const Eigen::VectorXd>(sums_.data() + triangle_size(width_), width_);
    RowOrigin origin(width_);
    const bool pulled = origin.set(objective, u, entries);
    if (pulled) b += lambda.cwiseProduct(Eigen::Map<const Eigen::VectorXd>(origin.mean().data(), width_));
    Eigen::Map<Eigen::VectorXf> solution(x.data(), width_);
    solution = factorized.solve(b).cast<float>();
    return {pulled ? origin.penalty(x) : solution.cast<double>().cwiseAbs2().dot(lambda), least_share};
}

}  // namespace alster
