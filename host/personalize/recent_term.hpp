#pragma once
#include <memory>
#include <string>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/blend.hpp"

namespace alster {

/// A model's scores with what was popular lately (docs/recent.md):
///
///   score = x_u·y_j + ρ · (sd_u(x·y) / sd(r)) · r_j,        r_j = log(1 + positive interactions of the last days)
///
/// The term is one more column of queries and candidates, so the best are chosen by the sum, on every backend.
/// Deviations are over all items of the model. Last days are those before the newest training event.
class RecentTerm {
public:
    /// ρ > 0, days > 0. `served` has a dataset and outlives it. Throws usage (64) for a model of explicit feedback, whose
    /// scores are ratings, and for a dataset without times. Collective.
    RecentTerm(ServedModel& served, double rho, double days);
    RecentTerm(const RecentTerm&) = delete;
    RecentTerm& operator=(const RecentTerm&) = delete;

    /// False where all items were equally popular in these days: then nothing is added.
    [[nodiscard]] bool tells_items_apart() const { return deviation_ > 0; }

    /// From here on ρ is this one.
    void weigh(double rho) { rho_ = rho; }

    /// As served.item_scorer(), the term added. Queries have the model's width. This must outlive it.
    [[nodiscard]] Scorer scorer() const;

    /// What is added to the score of an item, a row of the model; 0 where nothing was learned of it.
    [[nodiscard]] double addend(const float* query, Row item) const;

    /// What users get of whom nothing was learned: the order that scores come to where x·y says nothing. Ties by all
    /// time's count, then by row; the scores are the counts of the last days.
    [[nodiscard]] const Popularity& popularity() const { return popularity_; }

    /// What stands for an item in that order: its count of the last days, and below 1 that of all time.
    [[nodiscard]] double popular(Row item) const;

    /// "rho 0.4, r = log(1 + positive interactions of the last 7 days)"
    [[nodiscard]] std::string words() const;

private:
    [[nodiscard]] double weight(const float* query) const;

    const LearnedItems& items_;
    double rho_;
    double days_;
    Row width_;
    const Popularity& all_time_;
    double most_of_all_time_;
    Popularity popularity_;
    std::vector<float> candidates_;  // (learned items, width + 1): the factors, and r
    double deviation_;               // sd(r)
    ScoreSpread spread_;
    Scorer scorer_;
};

/// The term that was asked for; null where ρ is 0. Throws bad_data (65) where it tells no items apart. Collective.
[[nodiscard]] std::unique_ptr<RecentTerm> recent_term(ServedModel& served, const BlendOptions& options);

}  // namespace alster
