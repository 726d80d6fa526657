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

RankingReport ValidationRun::measured(Ranker ranker)
{
    RankingReport report =
        evaluate_ranking(ranks_, task_, served_ranker(std::move(ranker), served_.popularity(), users_.learned));
    if (report.users == 0)
        throw Error(ExitCode::bad_data, "{}: no user has a held-out item that lists do not exclude: hold out more",
                    served_.options().data.string());
    return report;
}

RankingReport ValidationRun::model()
{
    return measured(learned_ranker(users_.table, served_.items(), served_.item_scorer()));
}

RankingReport ValidationRun::neighbours(const NeighbourTerm& term)
{
    return measured(neighbour_ranker(term, histories_));
}

RankingReport ValidationRun::blend(const NeighbourTerm& term, double mu)
{
    if (mu == 0) return model();
    const Blend blend = blend_for_users(served_, term, mu);
    return measured(
        learned_ranker(users_.table, served_.items(), served_.item_scorer(), addends_of(blend, histories_)));
}

RankingReport ValidationRun::popularity() { return measured(popularity_ranker(served_.popularity())); }

}  // namespace alster
