#include "host/personalize/list_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

/// Why places are empty; of lists of items nothing is known but that they are.
std::string shortfall_text(const Lists& made, Row row)
{
    const auto filled = made.lists.filled[row];
    if (made.shortfall.empty())
        return fmt::format("      only {} of {}: no more items are left that may be listed\n", filled, made.lists.k);
    const Shortfall& why = made.shortfall[row];
    std::string reasons;
    const auto add = [&](Row items, const char* words) {
        if (items > 0) reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", items, words);
    };
    add(why.not_eligible, "may not be shown to this user");
    add(why.excluded, "are excluded, as consumed ones are");
    add(why.not_learned, "are unknown to the model");
    return fmt::format("      only {} of {}: of the other items {}\n", filled, made.lists.k, reasons);
}

std::string evidence_text(const Lists& made, Row row, Row place, const ItemLabels& labels)
{
    if (made.evidence.each == 0) return "";
    const auto items = made.evidence.items_of(row, made.lists.k, place);
    const auto weights = made.evidence.weights_of(row, made.lists.k, place);
    std::string text;
    for (std::size_t n = 0; n < items.size(); ++n)
        text +=
            fmt::format("{:>13}{:>+9.4f}  {:<12}  {}\n", n == 0 ? "because " : "", weights[n],
                        printable(labels.id(items[n])), labels.has_titles() ? printable(labels.title(items[n])) : "");
    return text;
}

/// What a place is that the model did not fill, in a list that is not all of that kind.
const char* mark_of(Reason reason, std::span<const Reason> list)
{
    if (reason == Reason::new_title) return "  (new)";
    const bool others =
        std::ranges::any_of(list, [](Reason other) { return other == Reason::model || other == Reason::new_title; });
    return others && reason != Reason::model ? "  (popular)" : "";
}

}  // namespace

std::string list_text(const Lists& made, Row row, const ItemLabels& labels)
{
    const auto items = made.lists.items_of(row);
    const auto scores = made.lists.scores_of(row);
    const auto reasons = made.reasons.empty() ? std::span<const Reason>() : made.reasons_of(row);
    std::string text;
    for (std::size_t n = 0; n < items.size(); ++n) {
        text += fmt::format("{:>4}  {:>9.4f}  {:<12}  {}{}\n", n + 1, scores[n], printable(labels.id(items[n])),
                            labels.has_titles() ? printable(labels.title(items[n])) : "",
                            reasons.empty() ? "" : mark_of(reasons[n], reasons));
        text += evidence_text(made, row, static_cast<Row>(n), labels);
    }
    return std::ssize(items) < made.lists.k ? text + shortfall_text(made, row) : text;
}

nlohmann::json list_json(const TopK& lists, Row row, const ItemLabels& labels)
{
    auto ids = nlohmann::json::array();
    auto titles = nlohmann::json::array();
    for (const auto item : lists.items_of(row)) {
        ids.push_back(labels.id(item));
        if (labels.has_titles()) titles.push_back(labels.title(item));
    }
    nlohmann::json object{
        {"items", ids}, {"scores", lists.scores_of(row)}, {"filled", lists.filled[row]}, {"k", lists.k}};
    if (labels.has_titles()) object["titles"] = titles;
    return object;
}

void add_reasons(nlohmann::json& list, std::span<const Reason> reasons)
{
    list["reason"] = name(reasons.front());
    if (std::ranges::all_of(reasons, [&](Reason r) { return r == reasons.front() || r == Reason::none; })) return;
    auto names = nlohmann::json::array();
    for (const Reason reason : reasons)
        if (reason != Reason::none) names.push_back(name(reason));
    list["reasons"] = names;
}

nlohmann::json evidence_json(std::int32_t item, double weight, const ItemLabels& labels)
{
    nlohmann::json piece{{"item", labels.id(item)}, {"weight", weight}};
    if (labels.has_titles()) piece["title"] = labels.title(item);
    return piece;
}

void add_evidence(nlohmann::json& list, const Evidence& evidence, const TopK& lists, Row row, const ItemLabels& labels)
{
    auto because = nlohmann::json::array();
    for (Row place = 0; place < lists.filled[row]; ++place) {
        const auto items = evidence.items_of(row, lists.k, place);
        const auto weights = evidence.weights_of(row, lists.k, place);
        auto pieces = nlohmann::json::array();
        for (std::size_t n = 0; n < items.size(); ++n) pieces.push_back(evidence_json(items[n], weights[n], labels));
        because.push_back(pieces);
    }
    list["because"] = because;
}

void add_shortfall(nlohmann::json& list, const Shortfall& shortfall)
{
    if (shortfall.places == 0) return;
    list["shortfall"] = {{"places", shortfall.places},
                         {"not_eligible", shortfall.not_eligible},
                         {"excluded", shortfall.excluded},
                         {"not_learned", shortfall.not_learned}};
}

std::string written_text(const std::filesystem::path& path, const std::string& summary, nlohmann::json facts, bool json)
{
    if (!json) return fmt::format("wrote {}: {}", printable(path.string()), summary);
    facts["out"] = path.string();
    return json_text(facts);
}

}  // namespace alster
