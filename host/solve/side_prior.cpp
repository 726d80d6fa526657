#include "host/solve/side_prior.hpp"

#include <cmath>

#include "data/error.hpp"
#include "distributed/reproducible_sum.hpp"
#include "host/personalize/cold/prior_map.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

/// Terms of an exact sum that have room in its low parts.
constexpr Row most_rows = Row{1} << 26;

/// λ of the factors, and of a bias.
double lambda_of(const RowObjective& objective, Row a, Row width)
{
    return objective.biased && a == width - 1 ? objective.bias_lambda : objective.lambda;
}

}  // namespace

void SidePrior::prepare_fit(const Communicator& ranks, std::span<const Offset> entries, Row all_rows,
                            const RowObjective& objective, double ridge)
{
    if (all_rows > most_rows)
        throw Error(ExitCode::usage, "a prior from features is for at most {} rows of a side, and there are {}",
                    most_rows, all_rows);
    RowObjective weight = objective;
    weight.lambda = 1;
    row_weights_.clear();
    std::vector<double> counted;
    for (const Offset n : entries) {
        row_weights_.push_back(n > 0 ? weight.regularization(n) : 0);
        counted.push_back(n > 0 ? 1 : 0);
    }
    all_rows_ = all_rows;
    const auto sum = [&](const std::vector<double>& mine) {
        return reproducible_sum(ranks, mine, all_rows, rows_per_chunk);
    };
    const double rows = sum(counted);
    prior_.ridge = rows > 0 ? ridge * sum(row_weights_) / rows : ridge;
    system_ = std::make_unique<RidgeSystem>(ranks, WeightedFeatures{features_, row_weights_, all_rows_}, prior_.ridge);
}

void SidePrior::turn(const Spectrum& basis) { prior_.map = turned_map(prior_, basis); }

std::shared_ptr<const RowPrior> SidePrior::of_rows(std::vector<double> map) const
{
    return std::make_shared<RowPrior>(
        RowPrior{features_.offsets, features_.columns, features_.weights, std::move(map), prior_.width});
}

void SidePrior::fit(const Communicator& ranks, std::span<const float> X)
{
    prior_.map = system_->solve(ranks, {features_, row_weights_, all_rows_}, X, prior_.width);
}

double SidePrior::penalty(const Communicator& ranks, std::span<const float> X, const RowObjective& objective) const
{
    const auto prior = of_rows();
    const Row w = prior_.width;
    std::vector<double> penalties(row_weights_.size());
#pragma omp parallel
    {
        std::vector<double> m(static_cast<std::size_t>(w));
#pragma omp for schedule(static)
        for (Row u = 0; u < std::ssize(penalties); ++u) {
            if (row_weights_[u] == 0) continue;
            prior->mean(u, m);
            for (Row a = 0; a < w; ++a)
                penalties[u] += lambda_of(objective, a, w) * row_weights_[u] * std::pow(X[u * w + a] - m[a], 2);
        }
    }
    return reproducible_sum(ranks, penalties, all_rows_, rows_per_chunk);
}

double SidePrior::ridge_penalty(std::span<const double> map, const RowObjective& objective) const
{
    const Row w = prior_.width;
    double sum = 0;
    for (std::size_t k = 0; k < map.size(); ++k)
        sum += lambda_of(objective, static_cast<Row>(k) % w, w) * map[k] * map[k];
    return prior_.ridge * sum;
}

FeaturePrior start_prior(const DatasetReader& dataset, Side side, const FeatureRules& rules, Row width)
{
    FeaturePrior prior{.names = name_features(dataset, side, rules), .ridge = 0, .width = width, .map = {}};
    if (prior.names.size() > RidgeSystem::most_features)
        throw Error(ExitCode::usage, "{} {}: {} features, and a prior takes {}: raise --feature-rows above {}",
                    rules.option, rules.attributes.front(), prior.names.size(), RidgeSystem::most_features,
                    rules.least_rows);
    if (prior.names.size() == 0)
        throw Error(ExitCode::usage, "{} {}: no value is left that {} rows have and not all: lower --feature-rows",
                    rules.option, rules.attributes.front(), rules.least_rows);
    prior.map.resize(static_cast<std::size_t>(prior.names.size() * width));
    return prior;
}

}  // namespace alster
