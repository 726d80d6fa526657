#include "host/commands/rerank_options.hpp"

#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"

namespace alster {

void add_rerank(CLI::App& app, RerankOptions& options)
{
    app.add_option("--rerank", options.rules, "Rules by which lists are chosen from longer ones: rerank.toml");
    app.add_option("--previous", options.previous, "List files that were shown before: for fatigue");
}

RerankRules rerank_rules(const RerankOptions& options)
{
    RerankRules rules;
    if (!options.rules.empty()) rules = RerankRules::load(options.rules);
    if (!options.previous.empty() && !rules.fatigue)
        throw Error(ExitCode::usage, "--previous needs --rerank with a [fatigue] whose factor is below 1");
    if (rules.fatigue && options.previous.empty() && !rules.fatigue->impressions)
        throw Error(ExitCode::usage, "{}: [fatigue] needs former lists: name them with --previous, or set impressions",
                    options.rules);
    return rules;
}

ChosenLists::ChosenLists(ServedModel& served, const RerankRules& rules, const RerankOptions& options,
                         bool measures_hits)
    : access(served.ranks()),
      former(options.previous, served.model(), access),
      reranker(served, rules, former, measures_hits)
{
}

nlohmann::json say_price(const Communicator& ranks, const Reranker& reranker)
{
    const RerankPrice price = reranker.price().over(ranks);
    if (ranks.leads())
        for (const auto& line : price.table()) say(line);
    return price.json();
}

}  // namespace alster
