#include "host/evaluate/report.hpp"

#include <fmt/format.h>

namespace alster {

namespace {

using nlohmann::json;

std::string at(const char* metric, Row k) { return fmt::format("{}@{}", metric, k); }

void add_ranking(json& object, const std::string& prefix, const RankingReport& report)
{
    for (std::size_t n = 0; n < report.ks.size(); ++n) {
        for (std::size_t m = 0; m < ranking_metrics.size(); ++m) {
            const std::string key = prefix + at(ranking_metrics[m], report.ks[n]);
            object[key] = report.means[n][m];
            object[key + "_low"] = report.low[n][m];
            object[key + "_high"] = report.high[n][m];
        }
        object[prefix + at("coverage", report.ks[n])] = report.coverage[n];
    }
}

void add_candidates(json& object, const std::string& prefix, const CandidateReport& report)
{
    for (std::size_t n = 0; n < report.ks.size(); ++n) {
        object[prefix + at("hr", report.ks[n])] = report.hit_rate[n];
        object[prefix + at("ndcg", report.ks[n])] = report.ndcg[n];
    }
    object[prefix + "mrr"] = report.mrr;
}

void add_ratings(json& object, const std::string& prefix, const RatingErrors& errors)
{
    object[prefix + "rmse"] = errors.rmse;
    object[prefix + "rmse_low"] = errors.rmse_low;
    object[prefix + "rmse_high"] = errors.rmse_high;
    object[prefix + "mae"] = errors.mae;
}

std::string ranking_text(const Compared<RankingReport>& reports)
{
    const auto& [model, popularity] = reports;
    std::string text = fmt::format("full ranking, {} users, training items left out\n{:<16} {:>8}  {:<18} {:>10}\n",
                                   model.users, "", "model", "95 % interval", "popularity");
    for (std::size_t n = 0; n < model.ks.size(); ++n) {
        for (std::size_t m = 0; m < ranking_metrics.size(); ++m)
            text += fmt::format("{:<16} {:>8.4f}  {:.4f} … {:.4f}    {:>10.4f}\n", at(ranking_metrics[m], model.ks[n]),
                                model.means[n][m], model.low[n][m], model.high[n][m], popularity.means[n][m]);
        text += fmt::format("{:<16} {:>8.4f}  {:<18} {:>10.4f}\n", at("coverage", model.ks[n]), model.coverage[n], "",
                            popularity.coverage[n]);
    }
    return text;
}

std::string candidates_text(const Evaluation& evaluation)
{
    const auto& [model, popularity] = *evaluation.candidates;
    std::string text = fmt::format(
        "given candidates, {} lists, ties against the positive ({} lists of unknown users, {} mentions of "
        "unknown items)\n{:<16} {:>8} {:>10}\n",
        model.lists, evaluation.unknown_users, evaluation.unknown_items, "", "model", "popularity");
    const auto line = [&](const std::string& metric, double ours, double theirs) {
        text += fmt::format("{:<16} {:>8.4f} {:>10.4f}\n", metric, ours, theirs);
    };
    for (std::size_t n = 0; n < model.ks.size(); ++n) {
        line(at("hr", model.ks[n]), model.hit_rate[n], popularity.hit_rate[n]);
        line(at("ndcg", model.ks[n]), model.ndcg[n], popularity.ndcg[n]);
    }
    line("mrr", model.mrr, popularity.mrr);
    return text;
}

std::string ratings_text(const Evaluation::Ratings& ratings)
{
    const auto& [model, mean, bias] = ratings;
    std::string text = fmt::format("{} held-out ratings\n{:<16} {:>8}  {:<18} {:>10} {:>10}\n", model.ratings, "",
                                   "model", "95 % interval", "biases", "mean");
    text += fmt::format("{:<16} {:>8.4f}  {:.4f} … {:.4f}    {:>10.4f} {:>10.4f}\n", "rmse", model.rmse, model.rmse_low,
                        model.rmse_high, bias.rmse, mean.rmse);
    text += fmt::format("{:<16} {:>8.4f}  {:<18} {:>10.4f} {:>10.4f}\n", "mae", model.mae, "", bias.mae, mean.mae);
    return text;
}

}  // namespace

json to_json(const Evaluation& evaluation)
{
    json object = json::object();
    if (!evaluation.warnings.empty()) object["warnings"] = evaluation.warnings;
    if (evaluation.ranking) {
        object["protocol"] = "full ranking";
        object["users"] = evaluation.ranking->model.users;
        add_ranking(object, "", evaluation.ranking->model);
        add_ranking(object, "popularity_", evaluation.ranking->popularity);
    }
    if (evaluation.candidates) {
        object["protocol"] = "given candidates";
        object["lists"] = evaluation.candidates->model.lists;
        object["unknown_users"] = evaluation.unknown_users;
        object["unknown_items"] = evaluation.unknown_items;
        add_candidates(object, "", evaluation.candidates->model);
        add_candidates(object, "popularity_", evaluation.candidates->popularity);
    }
    if (evaluation.ratings) {
        object["ratings"] = evaluation.ratings->model.ratings;
        add_ratings(object, "", evaluation.ratings->model);
        add_ratings(object, "mean_", evaluation.ratings->mean);
        add_ratings(object, "bias_", evaluation.ratings->bias);
    }
    return object;
}

std::string to_text(const Evaluation& evaluation)
{
    std::string text;
    if (evaluation.ratings) text += ratings_text(*evaluation.ratings);
    if (evaluation.ranking) text += ranking_text(*evaluation.ranking);
    if (evaluation.candidates) text += candidates_text(evaluation);
    return text;
}

}  // namespace alster
