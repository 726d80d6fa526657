#include "host/personalize/cold/new_titles.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "data/json_text.hpp"

namespace alster {

std::string with_new_items(const std::string& config, const NewItems& items)
{
    auto object = nlohmann::json::parse(config, nullptr, false);
    if (!object.is_object()) object = nlohmann::json::object();
    object["new_items"] = {
        {"features", items.features.attributes}, {"least_rows", items.features.least_rows}, {"by", name(items.by)}};
    return json_text(object);
}

std::optional<NewItems> new_items_of(const std::string& config)
{
    const auto object = nlohmann::json::parse(config, nullptr, false);
    if (!object.is_object() || !object.contains("new_items")) return std::nullopt;
    const auto& stored = object["new_items"];
    try {
        const auto by = std::ranges::find(cold_method_names, stored.value("by", ""));
        if (by == cold_method_names.end()) return std::nullopt;
        return NewItems{.features = {.attributes = stored.value("features", std::vector<std::string>()),
                                     .least_rows = stored.value("least_rows", Row{1})},
                        .by = static_cast<ColdMethod>(by - cold_method_names.begin())};
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;  // of other types: no file of ours
    }
}

void standardise(std::span<double> scores)
{
    const auto n = static_cast<double>(scores.size());
    const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / n;
    double squares = 0;
    for (double& score : scores) {
        score -= mean;
        squares += score * score;
    }
    const double deviation = std::sqrt(squares / n);
    for (double& score : scores) score = deviation > 0 ? score / deviation : 0;
}

void dot_scores(std::span<const float> user, std::span<const float> titles, std::span<double> scores)
{
    for (std::size_t n = 0; n < scores.size(); ++n) {
        scores[n] = 0;
        for (std::size_t a = 0; a < user.size(); ++a)
            scores[n] += static_cast<double>(user[a]) * titles[n * user.size() + a];
    }
}

void ContentScores::score(std::span<const Column> history, std::span<double> sums) const
{
    std::ranges::fill(sums, 0.0);
    std::vector<std::pair<Column, double>> profile;  // a value and its weight in each title of the history
    for (const Column item : history)
        for (Offset n = features_.offsets[item]; n < features_.offsets[item + 1]; ++n)
            profile.emplace_back(features_.columns[n], features_.weights[n]);
    std::ranges::stable_sort(profile, {}, &std::pair<Column, double>::first);
    for (std::size_t n = 0; n < profile.size();) {
        const Column value = profile[n].first;
        double weight = 0;
        for (; n < profile.size() && profile[n].first == value; ++n) weight += profile[n].second;
        postings_.add(value, weight, sums);
    }
}

}  // namespace alster
