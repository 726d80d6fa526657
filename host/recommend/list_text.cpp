#include "host/recommend/list_text.hpp"

#include <fmt/format.h>
#include "data/json_text.hpp"

namespace alster {

std::string list_text(const TopK& lists, Row row, const ItemLabels& labels)
{
    const auto items = lists.items_of(row);
    const auto scores = lists.scores_of(row);
    std::string text;
    for (std::size_t n = 0; n < items.size(); ++n)
        text += fmt::format("{:>4}  {:>9.4f}  {:<12}  {}\n", n + 1, scores[n], labels.id(items[n]),
                            labels.has_titles() ? labels.title(items[n]) : "");
    if (static_cast<Row>(items.size()) < lists.k)
        text += fmt::format("      only {} of {}: no more items are left\n", items.size(), lists.k);
    return text;
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

std::string written_text(const std::filesystem::path& path, bool json)
{
    return json ? json_text(nlohmann::json{{"out", path.string()}}) : "wrote " + path.string();
}

}  // namespace alster
