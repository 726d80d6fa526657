#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "host/evaluate/cold_items.hpp"

namespace alster {

namespace {

constexpr std::array shown_metrics{"recall_all", "recall", "ndcg", "hr"};

void add(nlohmann::json& object, const std::string& key, const Measurement& measured)
{
    object[key] = measured.value;
    object[key + "_low"] = measured.low;
    object[key + "_high"] = measured.high;
}

std::string at(const char* metric, Row k) { return fmt::format("{}@{}", metric, k); }

}  // namespace

nlohmann::json to_json(const ColdItemsReport& report)
{
    const RankingReport& best = report.of(report.best);
    nlohmann::json object{{"protocol", "cold items"},
                          {"items", report.items},
                          {"hidden", report.hidden},
                          {"hidden_without_features", report.undescribed},
                          {"interactions", report.interactions},
                          {"users", best.users},
                          {"map", name(report.map)},
                          {"best", name(report.best)}};
    for (const auto& [name, ranking] : report.rankings)
        for (const Row k : ranking.ks)
            for (const char* metric : shown_metrics) {
                add(object, fmt::format("{}_{}", name, at(metric, k)), ranking.measurement(metric, k));
                add(object, fmt::format("gain_over_{}_{}", name, at(metric, k)), best.gain_over(ranking, metric, k));
            }
    return object;
}

std::string to_text(const ColdItemsReport& report)
{
    const RankingReport& best = report.of(report.best);
    std::string text = fmt::format(
        "cold items: {} of {} hidden, {} of them without features; {} users took them {} times and were solved again "
        "without\nall hidden titles are ranked, ties count against; popularity is what nobody knows of a new title\n"
        "{:<16}",
        report.hidden, report.items, report.undescribed, best.users, report.interactions, "");
    for (const auto& [name, ranking] : report.rankings) text += fmt::format(" {:<24}", name);
    for (const Row k : best.ks)
        for (const char* metric : shown_metrics) {
            text += fmt::format("\n{:<16}", at(metric, k));
            for (const auto& [name, ranking] : report.rankings) {
                const Measurement m = ranking.measurement(metric, k);
                text += fmt::format(" {:.4f} {:<17}", m.value, fmt::format("[{:.4f}, {:.4f}]", m.low, m.high));
            }
        }
    return fmt::format("{}\nbest by NDCG@{}: {}; the blend is content and {}\n", text, best.ks.front(),
                       name(report.best), name(report.map));
}

}  // namespace alster
