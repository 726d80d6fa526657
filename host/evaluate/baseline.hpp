#pragma once
#include <string>

namespace alster {

/// The best of the baselines that a model is measured beside: popularity, ever or lately, for ranking, the mean and
/// damped biases for ratings.
struct Baseline {
    std::string name;  // "popularity", "recent popularity", "biases" or "mean"
    double value = 0;  // of the metric that the model is measured by
};

/// Of ratings, the one with the smaller RMSE.
[[nodiscard]] Baseline better_baseline(double rmse_of_biases, double rmse_of_mean);

/// A model's metric beside that of the best baseline.
struct Comparison {
    std::string metric;  // "ndcg@10" or "rmse"
    double model = 0;
    Baseline baseline;

    /// Whether the model is better; RMSE is better where it is less.
    [[nodiscard]] bool model_wins() const;

    /// Whether its baseline is harder to beat than another one of the same metric.
    [[nodiscard]] bool harder_than(const Comparison& other) const;

    /// One plain sentence that says so where it is not; else an empty text.
    [[nodiscard]] std::string warning() const;

    /// "popularity_ndcg@10", "recent_popularity_ndcg@10": what reports and logs call the baseline's value.
    [[nodiscard]] std::string key() const;
};

}  // namespace alster
