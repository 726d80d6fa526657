#include "host/personalize/explanation_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/printable.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/user_list_report.hpp"

namespace alster {

namespace {

/// Why an item is not in the user's list; empty where it may be.
std::string remark_of(const ExplainedItem& item, const ExplanationWords& words)
{
    switch (item.standing) {
        case Standing::may_be_listed:
            return "";
        case Standing::not_eligible:
            return fmt::format("may not be shown to this user: {}", words.clause(item.item));
        case Standing::consumed:
            return "consumed by this user, so lists exclude it";
        case Standing::consumed_in_holdout:
            return "consumed by this user in the held-out part, so lists exclude it";
        case Standing::disliked:
            return "disliked by this user, so lists exclude it";
        case Standing::not_learned:
            return "the model knows nothing of it";
    }
    return "";
}

std::string title_of(Row item, const ItemLabels& labels)
{
    return labels.has_titles() ? printable(labels.title(item)) : "";
}

std::string head(const ExplainedItem& item, const ExplanationWords& words)
{
    const bool named = item.standing != Standing::not_eligible;
    const auto place = item.place > 0 ? fmt::format("{}", item.place) : "";
    const auto score = item.score ? fmt::format("{:.4f}", *item.score) : "";
    const char* popular = item.reason == Reason::popularity || item.reason == Reason::unknown_user ? "  (popular)" : "";
    return fmt::format("{:>4}  {:>9}  {:<12}  {}{}\n", place, score, printable(words.labels.id(item.item)),
                       named ? title_of(item.item, words.labels) : "", popular);
}

std::string weights(const ExplainedItem& item, const ExplanationWords& words)
{
    std::string text;
    for (const auto& [event, weight] : item.because)
        text += fmt::format("{:>13}{:>+9.4f}  {:<12}  {}\n", text.empty() ? "because " : "", weight,
                            printable(words.labels.id(event)), title_of(event, words.labels));
    text += fmt::format("{:>13}{:>+9.4f}  {} other event{}\n", "", item.other_weight, item.other_events,
                        item.other_events == 1 ? "" : "s");
    const auto add = [&](double weight, const char* what) {
        if (weight != 0) text += fmt::format("{:>13}{:>+9.4f}  {}\n", "", weight, what);
    };
    add(item.base, "mean and the item's bias");
    add(item.neighbours, "what others took together with the history");
    add(item.recent_popularity, "popular lately");
    return text;
}

bool is_explained(const ExplainedItem& item)
{
    return item.score && (item.reason == Reason::model || item.reason == Reason::none);
}

nlohmann::json measures_json(const PlaceMeasures& measures)
{
    auto object = nlohmann::json::object();
    const auto add = [&](const char* name, const std::optional<double>& value) {
        if (value) object[name] = *value;
    };
    add("evidence_share", measures.evidence_share);
    add("popularity_share", measures.popularity_share);
    add("genre_share", measures.genre_share);
    add("standard_score", measures.standard_score);
    return object;
}

nlohmann::json item_json(const ExplainedItem& item, const ExplanationWords& words)
{
    nlohmann::json object{{"item", words.labels.id(item.item)}};
    if (words.labels.has_titles() && item.standing != Standing::not_eligible)
        object["title"] = words.labels.title(item.item);
    if (item.place > 0) object["place"] = item.place;
    if (item.reason != Reason::none) object["reason"] = name(item.reason);
    if (const auto remark = remark_of(item, words); !remark.empty()) object["remark"] = remark;
    if (item.score) object["score"] = *item.score;
    if (!is_explained(item)) return object;
    object["base"] = item.base;
    object["stored_score"] = item.stored_score;
    if (item.neighbours != 0) object["neighbours"] = item.neighbours;
    if (item.recent_popularity != 0) object["recent_popularity"] = item.recent_popularity;
    auto because = nlohmann::json::array();
    for (const auto& [event, weight] : item.because) because.push_back(evidence_json(event, weight, words.labels));
    object["because"] = because;
    object["others"] = {{"events", item.other_events}, {"weight", item.other_weight}};
    object["measures"] = measures_json(item.measures);
    object["out_of_place"] = out_of_place(item.measures, words.limits);
    return object;
}

}  // namespace

std::string explanation_text(const ExplainedUser& user, const ExplanationWords& words)
{
    std::string text = fmt::format("user {}: {} event{}{}\n", printable(words.user), user.events,
                                   user.events == 1 ? "" : "s", remark(user.knowledge));
    for (const ExplainedItem& item : user.items) {
        text += head(item, words);
        if (const auto remark = remark_of(item, words); !remark.empty()) text += fmt::format("      {}\n", remark);
        if (!is_explained(item)) continue;
        text += weights(item, words);
        for (const auto& flag : out_of_place(item.measures, words.limits))
            text += fmt::format("      out of place? {}\n", flag);
    }
    return text;
}

nlohmann::json explanation_json(const ExplainedUser& user, const ExplanationWords& words)
{
    auto items = nlohmann::json::array();
    for (const ExplainedItem& item : user.items) items.push_back(item_json(item, words));
    nlohmann::json object{{"user", words.user},
                          {"events", user.events},
                          {"split", score_split_names.at(static_cast<std::size_t>(words.split))},
                          {"items", items},
                          {"largest_difference", user.largest_difference}};
    if (user.knowledge != Knowledge::learned) object["remark"] = std::string(remark(user.knowledge)).substr(2);
    add_shortfall(object, user.shortfall);
    return object;
}

}  // namespace alster
