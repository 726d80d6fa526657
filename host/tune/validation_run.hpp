#pragma once
#include <memory>
#include <string>

#include "host/evaluate/measured_users.hpp"
#include "host/personalize/recent_term.hpp"
#include "host/tune/blend_fit.hpp"

namespace alster {

/// The metric that settings are chosen by.
struct ChosenBy {
    std::string metric = "ndcg";  // of ranking_metrics
    Row k = 20;

    [[nodiscard]] std::string text() const { return metric + "@" + std::to_string(k); }
};

/// A model that was trained without the validation part, to be measured on it as `alster evaluate` does.
class ValidationRun {
public:
    /// Errors: bad_data (65) where nobody has something to find. Collective.
    ValidationRun(const Communicator& ranks, const ServedOptions& options, const ChosenBy& by);

    [[nodiscard]] ServedModel& served() { return served_; }
    [[nodiscard]] const Interactions& histories() const { return histories_; }

    /// The model alone, the neighbour term alone, what blending makes of them, and popularity, of all time and of the
    /// last recent_days. `term`: with the b and the number of neighbours of `settings`, null where μ is 0. Collective.
    [[nodiscard]] RankingReport model();
    [[nodiscard]] RankingReport neighbours(const NeighbourTerm& term);
    [[nodiscard]] RankingReport blend(const NeighbourTerm* term, const BlendSettings& settings);
    [[nodiscard]] RankingReport popularity();
    [[nodiscard]] RankingReport recent_popularity();

    [[nodiscard]] Measurement value(const RankingReport& report) const
    {
        return report.measurement(by_.metric.c_str(), by_.k);
    }
    [[nodiscard]] Measurement gain(const RankingReport& report, const RankingReport& over) const
    {
        return report.gain_over(over, by_.metric.c_str(), by_.k);
    }

private:
    [[nodiscard]] RankingReport measured(Ranker ranker, const Popularity& fallback);
    [[nodiscard]] const RecentTerm& recent(double rho, double days);

    const Communicator& ranks_;
    ChosenBy by_;
    ServedModel served_;
    MeasuredUsers users_;
    Interactions histories_;
    Interactions excluded_;
    RankingTask task_;
    std::unique_ptr<RecentTerm> recent_;  // of the days that were asked for last
    double days_ = 0;
};

}  // namespace alster
