#include "host/tune/validation_run.hpp"

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "host/evaluate/learned_ranker.hpp"
#include "host/evaluate/neighbour_ranking.hpp"
#include "host/personalize/walk.hpp"

namespace alster {

ValidationRun::ValidationRun(const Communicator& ranks, const ServedOptions& options, const ChosenBy& by)
    : ranks_(ranks),
      by_(by),
      served_(ranks, options),
      users_(served_),
      histories_(positive_items(users_.seen)),
      excluded_(excluded_items(users_.seen)),
      task_(ranking_task(served_.dataset(), users_, excluded_, {by.k}, {}))
{
    task_.learned = users_.learned;
}

RankingReport ValidationRun::measured(Ranker ranker, const Popularity& fallback)
{
    RankingReport report = evaluate_ranking(ranks_, task_, served_ranker(std::move(ranker), fallback, users_.learned));
    if (report.users == 0)
        throw Error(ExitCode::bad_data, "{}: no user has a held-out item that lists do not exclude: hold out more",
                    served_.options().data.string());
    return report;
}

RankingReport ValidationRun::model()
{
    return measured(learned_ranker(users_.table, served_.items(), served_.item_scorer()), served_.popularity());
}

RankingReport ValidationRun::neighbours(const NeighbourTerm& term)
{
    return measured(neighbour_ranker(term, histories_), served_.popularity());
}

const RecentTerm& ValidationRun::recent(double rho, double days)
{
    if (!recent_ || days_ != days) recent_ = std::make_unique<RecentTerm>(served_, rho, days);
    days_ = days;
    recent_->weigh(rho);
    return *recent_;
}

RankingReport ValidationRun::blend(const NeighbourTerm* term, const BlendSettings& settings)
{
    const RecentTerm* lately = settings.rho > 0 ? &recent(settings.rho, settings.recent_days) : nullptr;
    const Scorer scorer = lately ? lately->scorer() : served_.item_scorer();
    std::optional<Blend> blend;
    if (settings.mu > 0) blend.emplace(blend_for_users(served_, *term, settings.mu));
    const AddendsOf addends = blend ? addends_of(*blend, histories_) : nullptr;
    return measured(learned_ranker(users_.table, served_.items(), scorer, addends),
                    lately ? lately->popularity() : served_.popularity());
}

RankingReport ValidationRun::popularity()
{
    return measured(popularity_ranker(served_.popularity()), served_.popularity());
}

RankingReport ValidationRun::recent_popularity()
{
    const DatasetReader& dataset = served_.dataset();
    const Popularity lately(positive_counts(ranks_, dataset, last_days(recent_days, dataset.info().watermark)));
    return measured(popularity_ranker(lately), lately);
}

}  // namespace alster
