#include "host/personalize/explanation.hpp"

#include <algorithm>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr Offset block_events = 256;  // that are in memory in fp64 together, where a row is longer than wide

}  // namespace

/// (D + Σ c y yᵀ) x = Σ c p y of one user, and the items to explain.
struct Explainer::Equation {
    const Interactions& all;
    Offset first;
    Offset events;
    Eigen::VectorXd lambda;  // (w) the penalty
    RowMajor targets;        // (items, w)
};

/// Some events: √c y, and √c p.
struct Explainer::Events {
    RowMajor y;
    Eigen::VectorXd r;
};

/// What all splits are made of. With P = √C Y D^-½ and K = I + PPᵀ, and a target's v = P D^-½ y_j:
struct Explainer::Solution {
    Eigen::MatrixXd w;         // (events, items) K⁻¹ v = √C Y M⁻¹ y_j
    Eigen::MatrixXd v;         // (events, items) √C Y D⁻¹ y_j
    Eigen::VectorXd z;         // (events) K⁻¹ r = √C (p − Y x)
    Eigen::VectorXd r;         // (events) √C p
    Eigen::VectorXd diagonal;  // (events) of K⁻¹
    Eigen::VectorXd scores;    // (items) y_j·x
    bool solved = true;
};

Explainer::Explainer(const ModelReader& model, const LearnedItems& items)
    : items_(items),
      objective_(Objective::of(model.info())),
      mean_(model.info().mean),
      row_objective_(objective_.of_row(model.info().items)),
      width_(objective_.width())
{
    if (model.prior(Side::users))
        throw Error(
            ExitCode::usage,
            "{}: was trained with --user-features, and explanations are of users who are not pulled to features",
            model.file().path().string());
    gramian_ = Eigen::MatrixXd::Zero(width_, width_);
    values_ = Eigen::VectorXd::Zero(width_);
    if (objective_.is_explicit()) return;
    const auto gramian = model.gramian(Side::items);
    gramian_ = objective_.unobserved_weight() * Eigen::Map<const RowMajor>(gramian.data(), width_, width_);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gramian_);
    values_ = solver.eigenvalues().cwiseMax(0);
    vectors_ = solver.eigenvectors();
}

UserHistories Explainer::histories(const DatasetReader& dataset, RowRange users) const
{
    UserHistories result{.events = dataset.interactions(Part::train, Side::users, users), .liked = {}};
    const Interactions& stored = result.events;
    result.liked.resize(stored.columns.size());
    for (Offset k = 0; k < stored.entries(); ++k) {
        const bool consumed = (stored.roles_of(k) & consumed_role) != 0;
        result.liked[k] = objective_.is_explicit() ? consumed && stored.values[k] > mean_ : stored.positive(k);
    }
    result.events = objective_.apply(std::move(result.events), mean_);
    return result;
}

/// An item of which nothing was learned has factors of 0.
void Explainer::copy_item(std::int32_t item, double* y) const
{
    const float* factors = items_.factors(item);
    for (Row a = 0; a < objective_.factors; ++a) y[a] = factors ? factors[a] : 0;
    if (objective_.is_explicit()) y[width_ - 1] = 1;
}

double Explainer::bias(std::int32_t item) const
{
    const float* factors = items_.factors(item);
    return objective_.is_explicit() && factors ? factors[width_] : 0;
}

Explainer::RowMajor Explainer::rows_of(std::span<const std::int32_t> items) const
{
    RowMajor rows(std::ssize(items), width_);
    for (std::size_t n = 0; n < items.size(); ++n) copy_item(items[n], rows.row(static_cast<Row>(n)).data());
    return rows;
}

Explainer::Events Explainer::events_at(const Equation& equation, Offset first, Offset count) const
{
    const Interactions& all = equation.all;
    const Offset begin = equation.first + first;
    Events events{rows_of(std::span(all.columns).subspan(begin, count)), Eigen::VectorXd(count)};
    for (Offset k = 0; k < count; ++k) {
        const double c = all.confidences.empty() ? 1 : all.confidences[begin + k];
        const double root = std::sqrt(c);
        events.y.row(k) *= root;
        events.r[k] = root * (all.preference_of(begin + k) - bias(all.columns[begin + k]));
    }
    return events;
}

/// (w, items) D⁻¹ y_j
Eigen::MatrixXd Explainer::by_base(const Equation& equation) const
{
    const Eigen::VectorXd base = (values_ + equation.lambda).cwiseInverse();
    if (vectors_.size() == 0) return base.asDiagonal() * equation.targets.transpose();
    return vectors_ * (base.asDiagonal() * (vectors_.transpose() * equation.targets.transpose()));
}

/// For rows with fewer events than factors.
Explainer::Solution Explainer::solve_dual(const Equation& equation) const
{
    const Eigen::VectorXd scale = (values_ + equation.lambda).cwiseSqrt().cwiseInverse();
    const auto in_basis = [&](const RowMajor& rows) -> RowMajor {
        if (vectors_.size() == 0) return rows * scale.asDiagonal();
        return (rows * vectors_) * scale.asDiagonal();
    };
    Events events = events_at(equation, 0, equation.events);
    const RowMajor P = in_basis(events.y);
    Eigen::MatrixXd K = Eigen::MatrixXd::Identity(equation.events, equation.events);
    K.selfadjointView<Eigen::Lower>().rankUpdate(P);
    const Eigen::LLT<Eigen::MatrixXd> factorized(K.selfadjointView<Eigen::Lower>());
    Solution solution;
    solution.solved = factorized.info() == Eigen::Success;
    solution.v = P * in_basis(equation.targets).transpose();
    solution.w = factorized.solve(solution.v);
    solution.z = factorized.solve(events.r);
    solution.scores = solution.v.transpose() * solution.z;
    const Eigen::MatrixXd inverse_root =
        factorized.matrixL().solve(Eigen::MatrixXd::Identity(equation.events, equation.events));
    solution.diagonal = inverse_root.colwise().squaredNorm();
    solution.r = std::move(events.r);
    return solution;
}

Explainer::Solution Explainer::solve_primal(const Equation& equation) const
{
    const auto each_block = [&](auto visit) {
        for (Offset k = 0; k < equation.events; k += block_events) {
            const Offset count = std::min(block_events, equation.events - k);
            visit(k, count, events_at(equation, k, count));
        }
    };
    Eigen::MatrixXd M = gramian_;
    M.diagonal() += equation.lambda;
    Eigen::VectorXd b = Eigen::VectorXd::Zero(width_);
    each_block([&](Offset, Offset, const Events& events) {
        M.selfadjointView<Eigen::Lower>().rankUpdate(events.y.transpose());
        b += events.y.transpose() * events.r;
    });
    const Eigen::LLT<Eigen::MatrixXd> factorized(M.selfadjointView<Eigen::Lower>());
    const Eigen::VectorXd x = factorized.solve(b);
    const Eigen::MatrixXd by_M = factorized.solve(equation.targets.transpose()), by_D = by_base(equation);
    const Row items = equation.targets.rows();
    Solution solution{.w = Eigen::MatrixXd(equation.events, items),
                      .v = Eigen::MatrixXd(equation.events, items),
                      .z = Eigen::VectorXd(equation.events),
                      .r = Eigen::VectorXd(equation.events),
                      .diagonal = Eigen::VectorXd(equation.events),
                      .scores = equation.targets * x,
                      .solved = factorized.info() == Eigen::Success};
    each_block([&](Offset k, Offset count, const Events& events) {
        solution.w.middleRows(k, count) = events.y * by_M;
        solution.v.middleRows(k, count) = events.y * by_D;
        solution.z.segment(k, count) = events.r - events.y * x;
        solution.r.segment(k, count) = events.r;
        const Eigen::MatrixXd half = factorized.matrixL().solve(events.y.transpose());
        solution.diagonal.segment(k, count) = 1 - half.colwise().squaredNorm().transpose().array();
    });
    return solution;
}

Explanation Explainer::explain(const Interactions& events, Row row, std::span<const std::int32_t> items,
                               ScoreSplit split) const
{
    const Offset n = events.entries(row);
    Equation equation{.all = events,
                      .first = events.offsets[row],
                      .events = n,
                      .lambda = Eigen::VectorXd::Constant(width_, row_objective_.regularization(n)),
                      .targets = rows_of(items)};
    if (objective_.is_explicit()) equation.lambda[width_ - 1] = row_objective_.regularization(n, true);
    const bool has_base = (values_ + equation.lambda).minCoeff() > 0;
    if (!has_base && n > 0 && split == ScoreSplit::dual)
        throw Error(ExitCode::usage,
                    "--split dual: the model's biases were trained without regularization, and there "
                    "is no such split of their scores; take leave-one-out or hu-koren");
    Explanation result{.events = n, .bases = std::vector<double>(items.size()), .scores = {}, .weights = {}};
    for (std::size_t j = 0; j < items.size(); ++j) result.bases[j] = mean_ + bias(items[j]);
    result.scores = result.bases;
    if (n == 0 || items.empty()) return result;
    const Solution of = has_base && n < width_ ? solve_dual(equation) : solve_primal(equation);
    result.reliable = of.solved && of.scores.allFinite();
    for (Row j = 0; j < std::ssize(items); ++j) {
        result.scores[j] += of.scores[j];
        Eigen::ArrayXd weights = of.w.col(j).array();
        if (split == ScoreSplit::leave_one_out) weights *= of.z.array() / of.diagonal.array();
        if (split == ScoreSplit::hu_koren) weights *= of.r.array();
        if (split == ScoreSplit::dual) weights = of.v.col(j).array() * of.z.array();
        result.weights.insert(result.weights.end(), weights.begin(), weights.end());
    }
    return result;
}

}  // namespace alster
