#include "host/publish/list_difference_report.hpp"

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "data/printable.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

Json shape_json(const ListShape& shape)
{
    return {{"lists", shape.lists},           {"empty", shape.empty},
            {"places", shape.places},         {"coverage", shape.exposure.coverage},
            {"gini", shape.exposure.gini},    {"overlap_between_users", shape.exposure.overlap},
            {"popularity", shape.popularity}, {"popular_share", shape.popular_share},
            {"reasons", shape.reasons}};
}

Json shifts_json(const std::vector<ItemShift>& shifts)
{
    Json items = Json::array();
    for (const auto& shift : shifts)
        items.push_back({{"item", shift.id}, {"before", shift.before}, {"after", shift.after}});
    return items;
}

std::string shape_lines(const ListShape& before, const ListShape& after)
{
    std::string text = fmt::format("\n{:<28} {:>12} {:>12}\n", "", "before", "after");
    const auto count = [&](const char* what, Offset a, Offset b) {
        text += fmt::format("{:<28} {:>12} {:>12}\n", what, a, b);
    };
    const auto number = [&](const std::string& what, double a, double b) {
        text += fmt::format("{:<28} {:>12.4f} {:>12.4f}\n", printable(what), a, b);
    };
    count("lists", before.lists, after.lists);
    count("of them empty", before.empty, after.empty);
    count("places", before.places, after.places);
    number("coverage", before.exposure.coverage, after.exposure.coverage);
    number("gini", before.exposure.gini, after.exposure.gini);
    number("overlap between users", before.exposure.overlap, after.exposure.overlap);
    number("mean popularity", before.popularity, after.popularity);
    number("share of the 100 popular", before.popular_share, after.popular_share);
    std::map<std::string, std::pair<double, double>> reasons;
    for (const auto& [reason, share] : before.reasons) reasons[reason].first = share;
    for (const auto& [reason, share] : after.reasons) reasons[reason].second = share;
    for (const auto& [reason, shares] : reasons)
        if (shares.first > 0 || shares.second > 0) number("reason " + reason, shares.first, shares.second);
    return text;
}

std::string shift_lines(const char* what, const std::vector<ItemShift>& shifts)
{
    std::string text;
    for (const auto& shift : shifts)
        text += fmt::format("{} {:<24} {:>9} → {}\n", what, printable(shift.id), shift.before, shift.after);
    return text;
}

}  // namespace

Json to_json(const ListDifference& difference)
{
    Json object = {{"group", difference.group},
                   {"k", difference.k},
                   {"common", difference.common},
                   {"only_before", difference.only_before},
                   {"only_after", difference.only_after},
                   {"unchanged", difference.unchanged},
                   {"rbo", difference.rbo},
                   {"rbo_tenth", difference.rbo_low},
                   {"rbo_median", difference.rbo_median},
                   {"average_overlap", difference.average_overlap},
                   {"jaccard", difference.jaccard},
                   {"churn", difference.churn},
                   {"before", shape_json(difference.shape_before)},
                   {"after", shape_json(difference.shape_after)},
                   {"most_changed", Json::array()}};
    for (const auto& list : difference.most_changed)
        object["most_changed"].push_back({{"id", list.id},
                                          {"rbo", list.rbo},
                                          {"jaccard", list.jaccard},
                                          {"lost", list.lost},
                                          {"gained", list.gained}});
    object["items_gained"] = shifts_json(difference.gained);
    object["items_lost"] = shifts_json(difference.lost);
    return object;
}

std::string to_text(const ListDifference& difference)
{
    std::string text = fmt::format(
        "{}, {} places: {} lists in both files, {} only before, {} only after\n"
        "unchanged {}, RBO {:.4f} (median {:.4f}, lowest tenth below {:.4f}), average overlap {:.4f}\n"
        "Jaccard {:.4f}, churn {:.4f}\n",
        difference.group, difference.k, difference.common, difference.only_before, difference.only_after,
        difference.unchanged, difference.rbo, difference.rbo_median, difference.rbo_low, difference.average_overlap,
        difference.jaccard, difference.churn);
    text += shape_lines(difference.shape_before, difference.shape_after);
    if (!difference.most_changed.empty()) text += "\nchanged most\n";
    for (const auto& list : difference.most_changed)
        text += fmt::format("{:<16} RBO {:.4f}  lost {}  gained {}\n", printable(list.id), list.rbo,
                            printable(fmt::format("{}", fmt::join(list.lost, " "))),
                            printable(fmt::format("{}", fmt::join(list.gained, " "))));
    if (!difference.gained.empty() || !difference.lost.empty()) text += "\nitems in lists, before and after\n";
    return text + shift_lines("more", difference.gained) + shift_lines("less", difference.lost);
}

}  // namespace alster
