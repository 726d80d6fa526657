#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "host/report/chart.hpp"
#include "host/runs/report_sections.hpp"

namespace alster {

namespace {

constexpr std::array shown_names{"recall", "recall, all relevant", "precision", "hit rate", "NDCG", "MAP", "MRR",
                                 "AUC"};
static_assert(shown_names.size() == ranking_metrics.size());

Html who(const Evaluation& evaluation)
{
    const RankingReport& model = evaluation.ranking->model;
    return element("p", count(model.users) +
                            " users with something to find among held-out interactions; of them without history: " +
                            count(model.without_history) +
                            ". Every item is ranked but what training consumed. Ties count against the model. Who has "
                            "no history is measured with the popular items that are served.");
}

Html metrics_at(const Evaluation& evaluation, std::size_t n)
{
    const auto& [model, popularity] = *evaluation.ranking;
    const RankingReport* items = evaluation.neighbours ? &evaluation.neighbours->item_item : nullptr;
    std::vector<Html> heads{"", "this model", "95 % interval", "popularity"};
    if (evaluation.recent) heads.emplace_back("recent popularity");
    if (items) heads.emplace_back("item–item");
    if (!model.with_history.empty()) heads.emplace_back("with history");
    std::vector<std::vector<Html>> rows;
    for (std::size_t m = 0; m < ranking_metrics.size(); ++m) {
        std::vector<Html> row{shown_names[m], element("strong", figure(model.means[n][m])),
                              range_of(model.low[n][m], model.high[n][m]), figure(popularity.means[n][m])};
        if (evaluation.recent) row.push_back(figure(evaluation.recent->means[n][m]));
        if (items) row.push_back(figure(items->means[n][m]));
        if (!model.with_history.empty()) row.push_back(figure(model.with_history[n][m]));
        rows.push_back(std::move(row));
    }
    return table(heads, rows, fmt::format("metrics at-{}", model.ks[n]));
}

/// At the length that comparisons go by; others are folded.
Html all_metrics(const Evaluation& evaluation)
{
    const auto& ks = evaluation.ranking->model.ks;
    const auto ten = std::ranges::find(ks, Row{10});
    const auto first = static_cast<std::size_t>((ten == ks.end() ? ks.begin() : ten) - ks.begin());
    Html html = element("h3", fmt::format("Lists of {}", ks[first])) + metrics_at(evaluation, first);
    for (std::size_t n = 0; n < ks.size(); ++n)
        if (n != first)
            html +=
                element("details", element("summary", fmt::format("Lists of {}", ks[n])) + metrics_at(evaluation, n));
    return html;
}

Html catalogue_use(const Evaluation& evaluation)
{
    const auto& [model, popularity] = *evaluation.ranking;
    std::vector<Html> heads{""};
    for (const Row k : model.ks) heads.emplace_back(fmt::format("lists of {}", k));
    heads.emplace_back(fmt::format("popularity of {}", model.ks.front()));
    using Number = double (*)(const CatalogueUse&);
    const std::pair<const char*, Number> lines[] = {
        {"coverage", [](const CatalogueUse& use) { return use.exposure.coverage; }},
        {"inequality (Gini)", [](const CatalogueUse& use) { return use.exposure.gini; }},
        {"overlap of two users", [](const CatalogueUse& use) { return use.exposure.overlap; }},
        {"popularity lift", [](const CatalogueUse& use) { return use.pop_lift; }},
        {"novelty, bits", [](const CatalogueUse& use) { return use.novelty; }}};
    std::vector<std::vector<Html>> rows;
    for (const auto& [name, number] : lines) {
        std::vector<Html> row{name};
        for (const auto& use : model.use) row.push_back(figure(number(use)));
        row.push_back(figure(number(popularity.use.front())));
        rows.push_back(std::move(row));
    }
    return element("h3", "What the lists do to the catalogue") + table(heads, rows, "use");
}

Html rating_errors_table(const Evaluation::Ratings& ratings)
{
    const auto& [model, mean, bias] = ratings;
    return element("h3", "Held-out ratings") +
           table({"", "this model", "95 % interval", "biases", "mean"},
                 {{"RMSE", element("strong", figure(model.rmse)), range_of(model.rmse_low, model.rmse_high),
                   figure(bias.rmse), figure(mean.rmse)},
                  {"MAE", element("strong", figure(model.mae)), "", figure(bias.mae), figure(mean.mae)}},
                 "ratings");
}

std::string name_of(const SliceComparison& slice)
{
    return slice.label.empty() ? slice.slice : slice.slice + ": " + slice.label;
}

std::string style_of(Verdict verdict)
{
    return verdict == Verdict::better ? "c1" : verdict == Verdict::worse ? "c2" : "c5";
}

std::vector<Html> row_of(const SliceComparison& slice)
{
    return {foreign(name_of(slice)),
            count(slice.difference.units),
            figure(slice.base),
            figure(slice.other),
            element("strong", figure(slice.difference.mean)),
            range_of(slice.difference.interval.low, slice.difference.interval.high),
            figure(slice.adjusted_p),
            pill(slice.verdict)};
}

}  // namespace

Html pill(Verdict verdict)
{
    const char* style = verdict == Verdict::better ? "good" : verdict == Verdict::worse ? "bad" : "plain";
    return element("span", {{"class", fmt::format("pill {}", style)}}, name(verdict));
}

Html range_of(double low, double high, int decimals)
{
    return element("span", {{"class", "range"}}, figure(low, decimals) + " … " + figure(high, decimals));
}

std::string shown_metric(const std::string& metric)
{
    const auto end = metric.find('@');
    std::string name = metric.substr(0, end);
    if (name == "ndcg" || name == "rmse" || name == "map" || name == "mrr" || name == "auc" || name == "hr")
        for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
    return end == std::string::npos ? name : name + metric.substr(end);
}

Html measured_section(const RunReport& report)
{
    if (!report.evaluation) return {};
    const Evaluation& evaluation = *report.evaluation;
    Html inside = who(evaluation);
    if (evaluation.ratings) inside += rating_errors_table(*evaluation.ratings);
    inside += element("div", {{"class", "two"}},
                      element("div", all_metrics(evaluation)) + element("div", catalogue_use(evaluation)));
    return section("metrics", "How good it is", inside);
}

Html slices_section(const RunReport& report)
{
    if (!report.comparison) return {};
    const SystemComparison& comparison = *report.comparison;
    IntervalChart chart{.title = fmt::format("{} less that of popularity", shown_metric(report.compared_by))};
    std::vector<std::vector<Html>> rows;
    const auto add = [&](const SliceComparison& slice) {
        chart.intervals.push_back({name_of(slice), slice.difference.mean, slice.difference.interval.low,
                                   slice.difference.interval.high, style_of(slice.verdict)});
        rows.push_back(row_of(slice));
    };
    add(comparison.everybody);
    for (const auto& slice : comparison.slices) add(slice);
    Html inside =
        element("div", {{"class", "charts"}}, drawn(chart)) +
        table({"", "users", "popularity", "this model", "difference", "95 % interval", "p, adjusted", "verdict"}, rows,
              "slices");
    for (const auto& small : comparison.too_small)
        inside += element("p", {{"class", "small faint"}}, "Not judged, too few users: " + foreign(small));
    return section("slices", "For whom", inside);
}

}  // namespace alster
