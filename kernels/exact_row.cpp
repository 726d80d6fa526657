#include "kernels/exact_row.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace alster {

namespace {

using Extended = Eigen::Matrix<long double, Eigen::Dynamic, 1>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Offset block_entries = 256;  // that are in memory in fp64 together

/// Some entries as the solve sees them: in the biased form a fixed row [y, b] acts as [y, 1], and b leaves the target.
struct Entries {
    RowMajor y;         // (entries, w)
    Eigen::VectorXd c;  // (entries)
    Eigen::VectorXd p;  // (entries)
};

/// Entries at `first` … `first + count` among those of all rows.
Entries entries_at(const Interactions& all, Offset first, Offset count, FactorTable Y, bool biased)
{
    Entries entries{RowMajor(count, Y.width), Eigen::VectorXd::Ones(count), Eigen::VectorXd::Ones(count)};
    for (Offset k = 0; k < count; ++k) {
        const float* y = Y.row(all.columns[first + k]);
        for (Row a = 0; a < Y.width; ++a) entries.y(k, a) = y[a];
        if (!all.confidences.empty()) entries.c[k] = all.confidences[first + k];
        if (!all.preferences.empty()) entries.p[k] = all.preferences[first + k];
    }
    if (biased) {
        entries.p -= entries.y.col(Y.width - 1);
        entries.y.col(Y.width - 1).setOnes();
    }
    return entries;
}

/// One row's problem, read block by block.
class RowInFp64 {
public:
    RowInFp64(const Interactions& all, Row row, FactorTable Y, const RowObjective& objective)
        : all_(all), first_(all.offsets[row]), n_(all.entries(row)), Y_(Y), biased_(objective.biased)
    {
        lambda_ = Eigen::VectorXd::Constant(Y.width, objective.regularization(n_));
        if (biased_) lambda_[Y.width - 1] = objective.regularization(n_, true);
        diagonal_ = Eigen::Map<const Eigen::VectorXd>(objective.base.data(), Y.width) + lambda_;
        RowOrigin origin(Y.width);
        if (!origin.set(objective, row, n_)) return;
        mean_ = Eigen::Map<const Eigen::VectorXd>(origin.mean().data(), Y.width);
        start_ = Eigen::Map<const Eigen::VectorXd>(origin.start().data(), Y.width);
    }

    /// False where fp64 is not enough. The dual form divides by D, which is 0 for a bias without a penalty.
    bool solve(Eigen::VectorXd& x) const
    {
        const bool solved = n_ < Y_.width && diagonal_.minCoeff() > 0 ? solve_dual(x) : solve_primal(x);
        if (start_.size() > 0) x += start_;
        return solved;
    }

    [[nodiscard]] double residual(const Eigen::VectorXd& x) const
    {
        double sum = 0;
        each_block([&](const Entries& e) { sum += e.c.dot((e.p - e.y * x).cwiseAbs2()); });
        return sum;
    }

    [[nodiscard]] double penalty(const Eigen::VectorXd& x) const
    {
        return mean_.size() > 0 ? (x - mean_).cwiseAbs2().dot(lambda_) : x.cwiseAbs2().dot(lambda_);
    }

private:
    template <class F>
    void each_block(F f) const
    {
        for (Offset k = 0; k < n_; k += block_entries)
            f(entries_at(all_, first_ + k, std::min(block_entries, n_ - k), Y_, biased_));
    }

    /// Entries with their targets as seen from the solution of a row without interactions (RowOrigin).
    [[nodiscard]] Entries shifted(Offset first, Offset count) const
    {
        Entries e = entries_at(all_, first, count, Y_, biased_);
        if (start_.size() > 0) e.p -= e.y * start_;
        return e;
    }

    template <class F>
    void each_shifted_block(F f) const
    {
        for (Offset k = 0; k < n_; k += block_entries) f(shifted(first_ + k, std::min(block_entries, n_ - k)));
    }

    /// Whether a correction is as small as rounding of a system that fp64 can solve.
    [[nodiscard]] bool is_small(const Eigen::VectorXd& correction, const Eigen::VectorXd& x) const
    {
        const double norm = start_.size() > 0 ? (x + start_).norm() : x.norm();
        return correction.norm() <= 0x1p-10 * norm;  // false for NaN
    }

    /// A = D + Σ c y yᵀ,  x = A⁻¹ Σ c p y,  then the same for the gradient that is left, Σ c (p − x·y) y − D x
    bool solve_primal(Eigen::VectorXd& x) const
    {
        Eigen::MatrixXd A = diagonal_.asDiagonal();
        Eigen::VectorXd b = Eigen::VectorXd::Zero(Y_.width);
        each_shifted_block([&](const Entries& e) {
            A.selfadjointView<Eigen::Lower>().rankUpdate((e.c.cwiseSqrt().asDiagonal() * e.y).transpose());
            b += e.y.transpose() * e.c.cwiseProduct(e.p);
        });
        const Eigen::LLT<Eigen::MatrixXd> factorized(A.selfadjointView<Eigen::Lower>());
        x = factorized.solve(b);
        Extended gradient = -diagonal_.cast<long double>().cwiseProduct(x.cast<long double>());
        each_shifted_block([&](const Entries& e) {
            const Extended at = x.cast<long double>();
            for (Offset k = 0; k < e.y.rows(); ++k) {
                const Extended y = e.y.row(k).transpose().cast<long double>();
                gradient += e.c[k] * (e.p[k] - y.dot(at)) * y;
            }
        });
        const Eigen::VectorXd correction = factorized.solve(gradient.cast<double>());
        const bool small = factorized.info() == Eigen::Success && is_small(correction, x);
        x += correction;
        return small;
    }

    /// P = √C Y D^-½,  K = I + P Pᵀ,  z = K⁻¹ √C p,  x = D^-½ Pᵀ z,  then the same for what is left, √C p − K z
    bool solve_dual(Eigen::VectorXd& x) const
    {
        const Entries e = shifted(first_, n_);
        const Eigen::VectorXd roots = e.c.cwiseSqrt();
        const Eigen::VectorXd scale = diagonal_.cwiseSqrt().cwiseInverse();
        const RowMajor P = roots.asDiagonal() * e.y * scale.asDiagonal();
        const Eigen::VectorXd r = roots.cwiseProduct(e.p);
        Eigen::MatrixXd K = Eigen::MatrixXd::Identity(n_, n_);
        K.selfadjointView<Eigen::Lower>().rankUpdate(P);
        const Eigen::LLT<Eigen::MatrixXd> factorized(K.selfadjointView<Eigen::Lower>());
        Eigen::VectorXd z = factorized.solve(r);
        const auto products = P.cast<long double>();
        const auto scaled_x = [&] { return Extended(products.transpose() * z.cast<long double>()); };
        const Extended before = scaled_x();
        const Extended left = r.cast<long double>() - z.cast<long double>() - products * before;
        z += factorized.solve(left.cast<double>());
        const Eigen::VectorXd change = scale.cwiseProduct((scaled_x() - before).cast<double>());
        x = scale.cwiseProduct(scaled_x().cast<double>());
        return factorized.info() == Eigen::Success && is_small(change, x);
    }

    const Interactions& all_;
    Offset first_;
    Offset n_;
    FactorTable Y_;
    bool biased_;
    Eigen::VectorXd lambda_;
    Eigen::VectorXd diagonal_;
    Eigen::VectorXd mean_;   // of the prior; empty: none
    Eigen::VectorXd start_;  // x without interactions
};

}  // namespace

ExactRow solve_exact_row(const Interactions& interactions, Row row, FactorTable Y, const RowObjective& objective,
                         std::span<float> x)
{
    std::ranges::fill(x, 0.0F);
    if (interactions.entries(row) == 0) return {};
    const RowInFp64 problem(interactions, row, Y, objective);
    Eigen::VectorXd solution;
    const bool solved = problem.solve(solution);
    Eigen::Map<Eigen::VectorXf>(x.data(), Y.width) = solution.cast<float>();
    const Eigen::VectorXd rounded = Eigen::Map<const Eigen::VectorXf>(x.data(), Y.width).cast<double>();
    return {problem.residual(rounded), problem.penalty(rounded), solved};
}

SolveReport solve_exact_rows(const Interactions& interactions, FactorTable Y, const RowObjective& objective,
                             std::span<float> X)
{
    const Row rows = interactions.rows();
    SolveReport report{std::vector<double>(rows), std::vector<double>(rows)};
#pragma omp parallel for schedule(dynamic, 16)
    for (Row u = 0; u < rows; ++u) {
        const auto x = X.subspan(u * Y.width, Y.width);
        const ExactRow row = solve_exact_row(interactions, u, Y, objective, x);
        if (interactions.entries(u) == 0) continue;
#pragma omp critical(alster_report)
        report.enter(u, row);
    }
    return report;
}

void exact_equations(const Interactions& interactions, const EntriesOfRow& entries, FactorTable Y, bool biased,
                     std::span<double> equations)
{
    Eigen::MatrixXd A = Eigen::MatrixXd::Zero(Y.width, Y.width);
    Eigen::VectorXd b = Eigen::VectorXd::Zero(Y.width);
    const Offset begin = interactions.offsets[entries.row] + entries.first;
    for (Offset k = 0; k < entries.count; k += block_entries) {
        const Entries e = entries_at(interactions, begin + k, std::min(block_entries, entries.count - k), Y, biased);
        A.selfadjointView<Eigen::Lower>().rankUpdate((e.c.cwiseSqrt().asDiagonal() * e.y).transpose());
        b += e.y.transpose() * e.c.cwiseProduct(e.p);
    }
    auto at = equations.begin();
    for (Row a = 0; a < Y.width; ++a)
        for (Row k = 0; k <= a; ++k) *at++ = A(a, k);
    std::ranges::copy(b, at);
}

void exact_equations_in_halves(const Interactions& interactions, const EntriesOfRow& entries, FactorTable Y,
                               bool biased, std::span<float> halves)
{
    const std::size_t size = halves.size() / 2;
    std::vector<double> exact(size);
    exact_equations(interactions, entries, Y, biased, exact);
    for (std::size_t k = 0; k < size; ++k) {
        halves[k] = static_cast<float>(exact[k]);
        halves[size + k] = static_cast<float>(exact[k] - static_cast<double>(halves[k]));
    }
}

}  // namespace alster
