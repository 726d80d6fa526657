#include "host/personalize/blend.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/error.hpp"
#include "host/personalize/walk.hpp"

namespace alster {

namespace {

double deviation_over(std::span<const double> values, Row items)
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

Blend::Blend(const NeighbourTerm& term, double mu, ScoreSpread spread, CandidateOf candidate_of)
    : term_(term), mu_(mu), spread_(std::move(spread)), candidate_of_(std::move(candidate_of))
{
}

Blend blend_for_users(ServedModel& served, const NeighbourTerm& term, double mu)
{
    if (served.is_explicit())
        throw Error(ExitCode::usage,
                    "--blend {}: {} predicts ratings, which neighbours do not; blend a model of implicit feedback", mu,
                    served.options().model.string());
    const LearnedItems& items = served.items();
    return {term, mu, ScoreSpread(items.table(), served.info().items, served.model().gramian(Side::items)),
            [&items](std::int32_t item) { return items.row(item); }};
}

ScoreAddends Blend::addends(FactorTable queries, const Interactions& histories) const
{
    const SparseScores scores = term_.scores(histories);
    std::vector<double> scale(static_cast<std::size_t>(queries.rows));
#pragma omp parallel for schedule(dynamic, 16)
    for (Row u = 0; u < queries.rows; ++u) {
        const auto values =
            std::span(scores.values).subspan(scores.offsets[u], scores.offsets[u + 1] - scores.offsets[u]);
        const double theirs = deviation_over(values, term_.neighbours().rows());
        scale[u] = theirs > 0 ? mu_ * spread_.of(queries.row(u)) / theirs : 0;
    }
    ScoreAddends added;
    for (Row u = 0; u < queries.rows; ++u) {
        for (Offset n = scores.offsets[u]; scale[u] > 0 && n < scores.offsets[u + 1]; ++n) {
            const std::int32_t row = candidate_of_(scores.items[n]);
            if (row < 0) continue;
            added.candidates.push_back(row);
            added.values.push_back(static_cast<float>(scale[u] * scores.values[n]));
        }
        added.offsets.push_back(static_cast<Offset>(added.candidates.size()));
    }
    return added;
}

std::string blend_formula(const std::string& score, const Blend& blend)
{
    return fmt::format("s + mu * (sd(s) / sd(l)) * l, s = {}, mu {}, l by neighbours: {}", score, blend.mu(),
                       blend.term().words());
}

}  // namespace alster
