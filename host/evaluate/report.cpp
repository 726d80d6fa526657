#include "host/evaluate/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace alster {

namespace {

using nlohmann::json;

constexpr const char* with_history = "_with_history";

std::string at(const char* metric, Row k) { return fmt::format("{}@{}", metric, k); }

/// What is said of how lists use the catalogue, by name.
std::vector<std::pair<const char*, double>> named(const CatalogueUse& use)
{
    return {{"coverage", use.exposure.coverage},
            {"gini", use.exposure.gini},
            {"overlap", use.exposure.overlap},
            {"pop_lift", use.pop_lift},
            {"novelty", use.novelty}};
}

void add_ranking(json& object, const std::string& prefix, const RankingReport& report)
{
    for (std::size_t n = 0; n < report.ks.size(); ++n) {
        for (std::size_t m = 0; m < ranking_metrics.size(); ++m) {
            const std::string key = prefix + at(ranking_metrics[m], report.ks[n]);
            object[key] = report.means[n][m];
            object[key + "_low"] = report.low[n][m];
            object[key + "_high"] = report.high[n][m];
        }
        for (const auto& [what, value] : named(report.use[n])) object[prefix + at(what, report.ks[n])] = value;
        if (report.with_history.empty()) continue;
        for (std::size_t m = 0; m < ranking_metrics.size(); ++m)
            object[prefix + at(ranking_metrics[m], report.ks[n]) + with_history] = report.with_history[n][m];
    }
}

void add_candidate_means(json& object, const std::string& prefix, const CandidateReport& report,
                         const CandidateMeans& means, const std::string& suffix)
{
    for (std::size_t n = 0; n < report.ks.size(); ++n) {
        object[prefix + at("hr", report.ks[n]) + suffix] = means.hit_rate[n];
        object[prefix + at("ndcg", report.ks[n]) + suffix] = means.ndcg[n];
    }
    object[prefix + "mrr" + suffix] = means.mrr;
}

void add_candidates(json& object, const std::string& prefix, const CandidateReport& report)
{
    add_candidate_means(object, prefix, report, report.all, "");
    if (report.with_history.lists > 0) add_candidate_means(object, prefix, report, report.with_history, with_history);
}

void add_ratings(json& object, const std::string& prefix, const RatingErrors& errors)
{
    object[prefix + "rmse"] = errors.rmse;
    object[prefix + "rmse_low"] = errors.rmse_low;
    object[prefix + "rmse_high"] = errors.rmse_high;
    object[prefix + "mae"] = errors.mae;
}

std::string ranking_text(const Evaluation& evaluation)
{
    const auto& [model, popularity] = *evaluation.ranking;
    const auto& recent = evaluation.recent;
    std::string text = fmt::format("{:<16} {:>8}  {:<18} {:>10}{} {:>13}\n", "", "model", "95 % interval", "popularity",
                                   recent ? "     recent" : "", "with history");
    const auto beside = [&](std::size_t n, std::size_t m) {
        return recent ? fmt::format(" {:>10.4f}", recent->means[n][m]) : std::string();
    };
    for (std::size_t n = 0; n < model.ks.size(); ++n) {
        for (std::size_t m = 0; m < ranking_metrics.size(); ++m)
            text += fmt::format("{:<16} {:>8.4f}  {:.4f} … {:.4f}    {:>10.4f}{} {:>13}\n",
                                at(ranking_metrics[m], model.ks[n]), model.means[n][m], model.low[n][m],
                                model.high[n][m], popularity.means[n][m], beside(n, m),
                                model.with_history.empty() ? "" : fmt::format("{:.4f}", model.with_history[n][m]));
        const auto ours = named(model.use[n]), theirs = named(popularity.use[n]);
        for (std::size_t m = 0; m < ours.size(); ++m)
            text += fmt::format("{:<16} {:>8.4f}  {:<18} {:>10.4f}\n", at(ours[m].first, model.ks[n]), ours[m].second,
                                "", theirs[m].second);
    }
    return text;
}

std::string who_text(const Evaluation& evaluation)
{
    std::string text;
    if (evaluation.ratings) text += fmt::format("{} held-out ratings\n", evaluation.ratings->model.ratings);
    if (evaluation.ranking)
        text += fmt::format(
            "full ranking, {} users, {} of them without history; what training consumed is excluded, ties count "
            "against\n",
            evaluation.ranking->model.users, evaluation.ranking->model.without_history);
    if (evaluation.candidates) {
        const CandidateReport& model = evaluation.candidates->model;
        text += fmt::format(
            "given candidates, {} lists, {} of them of users without history ({} of unknown users; {} mentions of "
            "unknown "
            "items); ties count against\n",
            model.all.lists, model.all.lists - model.with_history.lists, evaluation.unknown_users,
            evaluation.unknown_items);
    }
    return text;
}

constexpr std::array compared_with_parts{"recall", "recall_all", "ndcg", "hr"};

void add_gains(json& object, const RankingReport& model, const char* over, const RankingReport& part)
{
    for (const Row k : model.ks)
        for (const char* metric : compared_with_parts) {
            const Measurement gain = model.gain_over(part, metric, k);
            const std::string key = fmt::format("gain_over_{}_{}", over, at(metric, k));
            object[key] = gain.value;
            object[key + "_low"] = gain.low;
            object[key + "_high"] = gain.high;
        }
}

/// What was blended, and what each part comes to alone.
void add_parts(json& object, const Evaluation& evaluation)
{
    const RankingReport& model = evaluation.ranking->model;
    const bool blended = evaluation.model_alone.has_value();
    if (evaluation.neighbours) {
        object["neighbours"] = evaluation.neighbours->words;
        object["mu"] = evaluation.blend.mu;
        add_ranking(object, "item_item_", evaluation.neighbours->item_item);
        if (blended) add_gains(object, model, "item_item", evaluation.neighbours->item_item);
    }
    if (evaluation.blend.rho > 0) {
        object["rho"] = evaluation.blend.rho;
        object["recent_days"] = evaluation.blend.recent_days;
        add_gains(object, model, "recent_popularity", *evaluation.recent);
    }
    if (!blended) return;
    add_ranking(object, "model_alone_", *evaluation.model_alone);
    add_gains(object, model, "model_alone", *evaluation.model_alone);
}

std::string blend_words(const Evaluation& evaluation)
{
    std::string words;
    if (evaluation.blend.mu > 0) words += fmt::format(" mu {}", evaluation.blend.mu);
    if (evaluation.blend.rho > 0)
        words += fmt::format(" rho {} of the last {} days", evaluation.blend.rho, evaluation.blend.recent_days);
    return words;
}

/// The model beside what it is blended of; empty where there is nothing of that.
std::string parts_text(const Evaluation& evaluation)
{
    const auto& [model, popularity] = *evaluation.ranking;
    const auto& neighbours = evaluation.neighbours;
    const auto& alone = evaluation.model_alone;
    if (!neighbours && !alone) return "";
    std::string text;
    if (neighbours) text += fmt::format("neighbours: {}\n", neighbours->words);
    if (alone) text += fmt::format("the model is blended with{}\n", blend_words(evaluation));
    text += fmt::format("{:<16} {:>8} {:>10} {:>12}  {}\n", "", "model", neighbours ? "item-item" : "",
                        alone ? "model alone" : "", alone ? "gain, 95 %" : "");
    const auto number = [](const RankingReport* report, const char* metric, Row k) {
        return report ? fmt::format("{:.4f}", report->measurement(metric, k).value) : std::string();
    };
    for (const Row k : model.ks)
        for (const char* metric : compared_with_parts) {
            text += fmt::format("{:<16} {:>8} {:>10}", at(metric, k), number(&model, metric, k),
                                number(neighbours ? &neighbours->item_item : nullptr, metric, k));
            if (alone) {
                const Measurement gain = model.gain_over(*alone, metric, k);
                text += fmt::format(" {:>12}  {:+.4f}, {:+.4f} … {:+.4f}", number(&*alone, metric, k), gain.value,
                                    gain.low, gain.high);
            }
            text += '\n';
        }
    return text;
}

std::string candidates_text(const Evaluation& evaluation)
{
    const auto& [model, popularity] = *evaluation.candidates;
    const CandidateMeans& others = model.with_history;
    std::string text = fmt::format("{:<16} {:>8} {:>10} {:>13}\n", "", "model", "popularity", "with history");
    const auto line = [&](const std::string& metric, double ours, double theirs, double ours_with_history) {
        text += fmt::format("{:<16} {:>8.4f} {:>10.4f} {:>13}\n", metric, ours, theirs,
                            others.lists > 0 ? fmt::format("{:.4f}", ours_with_history) : "");
    };
    for (std::size_t n = 0; n < model.ks.size(); ++n) {
        line(at("hr", model.ks[n]), model.all.hit_rate[n], popularity.all.hit_rate[n], others.hit_rate[n]);
        line(at("ndcg", model.ks[n]), model.all.ndcg[n], popularity.all.ndcg[n], others.ndcg[n]);
    }
    line("mrr", model.all.mrr, popularity.all.mrr, others.mrr);
    return text;
}

std::string ratings_text(const Evaluation::Ratings& ratings)
{
    const auto& [model, mean, bias] = ratings;
    std::string text =
        fmt::format("{:<16} {:>8}  {:<18} {:>10} {:>10}\n", "", "model", "95 % interval", "biases", "mean");
    text += fmt::format("{:<16} {:>8.4f}  {:.4f} … {:.4f}    {:>10.4f} {:>10.4f}\n", "rmse", model.rmse, model.rmse_low,
                        model.rmse_high, bias.rmse, mean.rmse);
    text += fmt::format("{:<16} {:>8.4f}  {:<18} {:>10.4f} {:>10.4f}\n", "mae", model.mae, "", bias.mae, mean.mae);
    return text;
}

/// Those of the first metric: of ratings where they are predicted, else of lists.
bool beats_baselines(const Evaluation& evaluation)
{
    return std::ranges::all_of(evaluation.comparisons, [&](const Comparison& comparison) {
        return comparison.metric != evaluation.comparisons.front().metric || comparison.model_wins();
    });
}

}  // namespace

json to_json(const Evaluation& evaluation)
{
    json object = json::object();
    if (!evaluation.warnings.empty()) object["warnings"] = evaluation.warnings;
    if (evaluation.ranking) {
        object["protocol"] = "full ranking";
        object["users"] = evaluation.ranking->model.users;
        object["users_without_history"] = evaluation.ranking->model.without_history;
        add_ranking(object, "", evaluation.ranking->model);
        add_ranking(object, "popularity_", evaluation.ranking->popularity);
        if (evaluation.recent) add_ranking(object, "recent_popularity_", *evaluation.recent);
        add_parts(object, evaluation);
    }
    if (evaluation.candidates) {
        object["protocol"] = "given candidates";
        const CandidateReport& model = evaluation.candidates->model;
        object["lists"] = model.all.lists;
        object["lists_without_history"] = model.all.lists - model.with_history.lists;
        object["unknown_users"] = evaluation.unknown_users;
        object["unknown_items"] = evaluation.unknown_items;
        add_candidates(object, "", model);
        add_candidates(object, "popularity_", evaluation.candidates->popularity);
    }
    if (evaluation.ratings) {
        object["ratings"] = evaluation.ratings->model.ratings;
        add_ratings(object, "", evaluation.ratings->model);
        add_ratings(object, "mean_", evaluation.ratings->mean);
        add_ratings(object, "bias_", evaluation.ratings->bias);
    }
    if (!evaluation.comparisons.empty()) object["beats_baseline"] = beats_baselines(evaluation);
    if (!evaluation.notes.empty()) object["notes"] = evaluation.notes;
    return object;
}

/// Who was measured, then what to know before a number is believed, then the numbers.
std::string to_text(const Evaluation& evaluation)
{
    std::string text = who_text(evaluation);
    for (const auto& note : evaluation.notes) text += fmt::format("note: {}\n", note);
    if (evaluation.ratings) text += ratings_text(*evaluation.ratings);
    if (evaluation.ranking) text += ranking_text(evaluation) + parts_text(evaluation);
    if (evaluation.candidates) text += candidates_text(evaluation);
    return text;
}

}  // namespace alster
