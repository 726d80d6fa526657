#include "host/personalize/score_spread.hpp"

#include <algorithm>
#include <cmath>

namespace alster {

namespace {

std::vector<double> mean_of_rows(FactorTable table, Row rows)
{
    std::vector<double> mean(table.width);
    for (Row i = 0; i < table.rows; ++i)
        for (Row a = 0; a < table.width; ++a) mean[a] += static_cast<double>(table.row(i)[a]);
    for (double& value : mean) value /= static_cast<double>(rows);
    return mean;
}

}  // namespace

double deviation_of(double mean_of_squares, double mean)
{
    return std::sqrt(std::max(0.0, mean_of_squares - mean * mean));
}

ScoreSpread::ScoreSpread(FactorTable candidates, Row n, std::vector<double> gramian)
    : n_(n), mean_(mean_of_rows(candidates, n)), gramian_(std::move(gramian))
{
}

double ScoreSpread::of(const float* query) const
{
    double squares = 0, mean = 0;
    const auto width = static_cast<Row>(mean_.size());
    for (Row a = 0; a < width; ++a) {
        double product = 0;
        for (Row b = 0; b < width; ++b) product += gramian_[a * width + b] * static_cast<double>(query[b]);
        squares += static_cast<double>(query[a]) * product;
        mean += static_cast<double>(query[a]) * mean_[a];
    }
    return deviation_of(squares / static_cast<double>(n_), mean);
}

}  // namespace alster
