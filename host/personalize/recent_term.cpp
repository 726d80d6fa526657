#include "host/personalize/recent_term.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/error.hpp"

namespace alster {

namespace {

Popularity recent_popularity(ServedModel& served, double rho, double days)
{
    if (served.is_explicit())
        throw Error(ExitCode::usage,
                    "--rho {}: {} predicts ratings, which recent popularity does not; give it to a model of implicit "
                    "feedback",
                    rho, served.options().model.string());
    const DatasetReader& dataset = served.dataset();
    if (!dataset.info().times)
        throw Error(ExitCode::usage,
                    "--rho {}: {} has no times, so what is recent is unknown; prepare it from a log with times", rho,
                    served.options().data.string());
    const TimeWindow window = last_days(days, dataset.info().watermark);
    return {positive_counts(served.ranks(), dataset, window), served.popularity().counts()};
}

float recency(std::int32_t count) { return static_cast<float>(std::log1p(static_cast<double>(count))); }

double spread_of_recency(std::span<const std::int32_t> counts)
{
    double sum = 0, squares = 0;
    for (const auto count : counts) {
        const auto r = static_cast<double>(recency(count));
        sum += r;
        squares += r * r;
    }
    const auto n = static_cast<double>(counts.size());
    return deviation_of(squares / n, sum / n);
}

/// Rows of a table, each with room for one more number.
std::vector<float> widened(FactorTable table)
{
    std::vector<float> rows(static_cast<std::size_t>(table.rows * (table.width + 1)));
    for (Row n = 0; n < table.rows; ++n) std::copy_n(table.row(n), table.width, rows.data() + n * (table.width + 1));
    return rows;
}

}  // namespace

RecentTerm::RecentTerm(ServedModel& served, double rho, double days)
    : items_(served.items()),
      rho_(rho),
      days_(days),
      width_(served.info().width),
      all_time_(served.popularity()),
      most_of_all_time_(std::ranges::max(all_time_.counts())),
      popularity_(recent_popularity(served, rho, days)),
      candidates_(widened(items_.table())),
      deviation_(spread_of_recency(popularity_.counts())),
      spread_(items_.table(), served.info().items, served.model().gramian(Side::items))
{
    const auto learned = static_cast<Row>(items_.items().size());
    for (Row n = 0; n < learned; ++n)
        candidates_[n * (width_ + 1) + width_] =
            recency(popularity_.counts()[items_.item(static_cast<std::int32_t>(n))]);
    scorer_ = served.scorers().make({candidates_, learned, width_ + 1});
}

double RecentTerm::weight(const float* query) const
{
    return deviation_ > 0 ? rho_ * spread_.of(query) / deviation_ : 0;
}

Scorer RecentTerm::scorer() const
{
    return [this](const Queries& queries, const CandidateFilter& filter, Row k) {
        std::vector<float> rows = widened(queries.rows);
#pragma omp parallel for schedule(static)
        for (Row n = 0; n < queries.rows.rows; ++n)
            rows[n * (width_ + 1) + width_] = static_cast<float>(weight(queries.rows.row(n)));
        return scorer_({FactorTable{rows, queries.rows.rows, width_ + 1}, queries.added}, filter, k);
    };
}

double RecentTerm::addend(const float* query, Row item) const
{
    if (items_.row(static_cast<std::int32_t>(item)) < 0) return 0;
    return weight(query) * static_cast<double>(recency(popularity_.counts()[item]));
}

double RecentTerm::popular(Row item) const
{
    return popularity_.counts()[item] + all_time_.counts()[item] / (most_of_all_time_ + 1);
}

std::string RecentTerm::words() const
{
    return fmt::format("rho {}, r = log(1 + positive interactions of the last {} days)", rho_, days_);
}

std::unique_ptr<RecentTerm> recent_term(ServedModel& served, const BlendOptions& options)
{
    if (options.rho == 0) return nullptr;
    auto term = std::make_unique<RecentTerm>(served, options.rho, options.recent_days);
    if (!term->tells_items_apart())
        throw Error(ExitCode::bad_data,
                    "--rho {}: {} has nothing recent: all items were equally popular in the {} days before its newest "
                    "event; take more --recent-days",
                    options.rho, served.options().data.string(), options.recent_days);
    return term;
}

}  // namespace alster
