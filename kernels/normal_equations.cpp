#include "kernels/normal_equations.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <limits>

namespace alster {

void NormalEquations::add(std::span<const float> part)
{
    assert(part.size() == sums_.size());
    for (std::size_t k = 0; k < sums_.size(); ++k) sums_[k] += part[k];
}

double NormalEquations::solve(const RowObjective& objective, Offset entries, std::span<float> x) const
{
    Eigen::MatrixXd A(width_, width_);
    for (Row a = 0; a < width_; ++a)
        for (Row b = 0; b <= a; ++b) A(a, b) = sums_[triangle_index(a, b)];
    Eigen::VectorXd lambda = Eigen::VectorXd::Constant(width_, objective.regularization(entries));
    if (objective.biased) lambda[width_ - 1] = objective.regularization(entries, true);
    A.diagonal() += Eigen::Map<const Eigen::VectorXd>(objective.base.data(), width_) + lambda;

    const Eigen::Map<const Eigen::VectorXd> b(sums_.data() + triangle_size(width_), width_);
    Eigen::Map<Eigen::VectorXf> solution(x.data(), width_);
    const auto factorized = A.selfadjointView<Eigen::Lower>().llt();
    if (factorized.info() == Eigen::Success)
        solution = factorized.solve(b).cast<float>();
    else
        solution.setConstant(std::numeric_limits<float>::quiet_NaN());
    return solution.cast<double>().cwiseAbs2().dot(lambda);
}

}  // namespace alster
