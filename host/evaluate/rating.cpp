#include "host/evaluate/rating.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "distributed/reproducible_sum.hpp"
#include "distributed/row_partition.hpp"
#include "kernels/backend.hpp"

namespace alster {

namespace {

constexpr double item_damping = 25;
constexpr double user_damping = 10;

/// b_i of all items, each rank working out a share of them.
std::vector<float> item_biases(const Communicator& ranks, const DatasetReader& dataset)
{
    const auto partition = RowPartition::even(dataset.info().items, rows_per_chunk, ranks.size());
    const Interactions mine = dataset.interactions(Part::train, Side::items, partition.of(ranks.rank()));
    std::vector<float> biases;
    for (Row i = 0; i < mine.rows(); ++i) {
        double sum = 0;
        for (Offset n = mine.offsets[i]; n < mine.offsets[i + 1]; ++n)
            sum += mine.values[n] - dataset.info().value_mean;
        biases.push_back(static_cast<float>(sum / (static_cast<double>(mine.entries(i)) + item_damping)));
    }
    std::vector<float> all(dataset.info().items);
    ranks.all_gather_rows(biases, all, partition.sizes(), 1);
    return all;
}

}  // namespace

Predictor model_predictor(FactorTable users, FactorTable items, double mean)
{
    return [=](Row u, Row i) {
        double sum = mean;
        for (Row a = 0; a < users.width; ++a) sum += static_cast<double>(users.row(u)[a]) * items.row(i)[a];
        return sum;
    };
}

Predictor bias_predictor(const Communicator& ranks, const DatasetReader& dataset, const Interactions& seen)
{
    const double mean = dataset.info().value_mean;
    const auto items = item_biases(ranks, dataset);
    std::vector<double> users;
    for (Row u = 0; u < seen.rows(); ++u) {
        double sum = 0;
        for (Offset n = seen.offsets[u]; n < seen.offsets[u + 1]; ++n)
            sum += seen.values[n] - mean - items[seen.columns[n]];
        users.push_back(sum / (static_cast<double>(seen.entries(u)) + user_damping));
    }
    return [=](Row u, Row i) { return mean + users[u] + items[i]; };
}

RatingErrors rating_errors(const Communicator& ranks, const Interactions& holdout, Row users, const RatingScale& scale,
                           const Predictor& predict)
{
    std::vector<double> squared(holdout.rows());
    std::vector<double> absolute(holdout.rows());
#pragma omp parallel for schedule(dynamic, rows_per_chunk)
    for (Row u = 0; u < holdout.rows(); ++u)
        for (Offset n = holdout.offsets[u]; n < holdout.offsets[u + 1]; ++n) {
            const double predicted = std::clamp(predict(u, holdout.columns[n]), scale.least, scale.most);
            const double error = holdout.values[n] - predicted;
            squared[u] += error * error;
            absolute[u] += std::abs(error);
        }
    RatingErrors errors{.ratings = ranks.sum(holdout.entries())};
    if (errors.ratings == 0) return errors;
    const auto mean = [&](const std::vector<double>& values) {
        return reproducible_sum(ranks, values, users, rows_per_chunk) / static_cast<double>(errors.ratings);
    };
    errors.mae = mean(absolute);
    const double m = mean(squared);
    for (Row u = 0; u < holdout.rows(); ++u)
        squared[u] = std::pow(squared[u] - m * static_cast<double>(holdout.entries(u)), 2);
    const double half_width = 1.96 * std::sqrt(mean(squared) / static_cast<double>(errors.ratings));
    errors.rmse = std::sqrt(m);
    errors.rmse_low = std::sqrt(std::max(0.0, m - half_width));
    errors.rmse_high = std::sqrt(m + half_width);
    return errors;
}

}  // namespace alster
