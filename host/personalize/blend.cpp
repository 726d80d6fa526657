#include "host/personalize/blend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/error.hpp"
#include "host/personalize/walk.hpp"

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

/// sqrt(E v² − (E v)²), 0 where rounding leaves less.
double deviation_of(double mean_of_squares, double mean)
{
    return std::sqrt(std::max(0.0, mean_of_squares - mean * mean));
}

double deviation_of(std::span<const double> values, Row items)
{
    double sum = 0, squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    const auto n = static_cast<double>(items);
    return deviation_of(squares / n, sum / n);
}

}  // namespace

std::filesystem::path neighbours_of(const ServedModel& served, const BlendOptions& options)
{
    return options.neighbours.empty() ? neighbours_beside(served.options().model) : options.neighbours;
}

Blend::Blend(ServedModel& served, const NeighbourTerm& term, double mu)
    : term_(term),
      candidates_(served.items()),
      mu_(mu),
      items_(served.info().items),
      mean_(mean_of_rows(candidates_.table(), items_)),
      gramian_(served.model().gramian(Side::items))
{
    if (served.is_explicit())
        throw Error(ExitCode::usage,
                    "--blend {}: {} predicts ratings, which neighbours do not; it is for implicit ones", mu,
                    served.options().model.string());
}

double Blend::deviation(const float* user) const
{
    double squares = 0, mean = 0;
    const auto width = static_cast<Row>(mean_.size());
    for (Row a = 0; a < width; ++a) {
        double product = 0;
        for (Row b = 0; b < width; ++b) product += gramian_[a * width + b] * static_cast<double>(user[b]);
        squares += static_cast<double>(user[a]) * product;
        mean += static_cast<double>(user[a]) * mean_[a];
    }
    return deviation_of(squares / static_cast<double>(items_), mean);
}

ScoreAddends Blend::addends(FactorTable users, const Interactions& histories) const
{
    const SparseScores scores = term_.scores(histories);
    std::vector<double> scale(static_cast<std::size_t>(users.rows));
#pragma omp parallel for schedule(dynamic, 16)
    for (Row u = 0; u < users.rows; ++u) {
        const auto values =
            std::span(scores.values).subspan(scores.offsets[u], scores.offsets[u + 1] - scores.offsets[u]);
        const double theirs = deviation_of(values, items_);
        scale[u] = theirs > 0 ? mu_ * deviation(users.row(u)) / theirs : 0;
    }
    ScoreAddends added;
    for (Row u = 0; u < users.rows; ++u) {
        for (Offset n = scores.offsets[u]; scale[u] > 0 && n < scores.offsets[u + 1]; ++n) {
            const std::int32_t row = candidates_.row(scores.items[n]);
            if (row < 0) continue;
            added.candidates.push_back(row);
            added.values.push_back(static_cast<float>(scale[u] * scores.values[n]));
        }
        added.offsets.push_back(static_cast<Offset>(added.candidates.size()));
    }
    return added;
}

std::string Blend::formula() const
{
    return fmt::format("dot(user.factors, item.factors) + mu * (sd(dot) / sd(l)) * l, mu {}, neighbours by {}", mu_,
                       term_.words());
}

OwnBlend::OwnBlend(ServedModel& served, const BlendOptions& options)
    : term(served, neighbours_of(served, options)), scores(served, term, options.mu)
{
}

std::unique_ptr<OwnBlend> make_blend(ServedModel& served, const BlendOptions& options)
{
    return options.mu > 0 ? std::make_unique<OwnBlend>(served, options) : nullptr;
}

}  // namespace alster
