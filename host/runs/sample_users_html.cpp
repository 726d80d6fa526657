#include <fmt/format.h>

#include "host/runs/report_sections.hpp"

namespace alster {

namespace {

Html history_of(const SampleUser& user)
{
    Html names;
    for (std::size_t n = 0; n < user.history.size(); ++n)
        names += (n > 0 ? Html(" · ") : Html()) + foreign(user.history[n].name);
    const auto others = user.consumed - std::ssize(user.history);
    if (others > 0) names += Html(" and ") + count(others) + " more";
    return element("p", {{"class", "small"}}, element("span", {{"class", "faint"}}, "took ") + names);
}

Html place_of(const SampleItem& item)
{
    Html inside = element("span", {{"class", item.held_out ? "hit" : ""}}, foreign(item.name));
    if (item.held_out) inside += Html(" ") + element("span", {{"class", "pill good"}}, "taken later");
    if (!item.because.empty())
        inside += element("span", {{"class", "why"}}, Html("because of ") + foreign(item.because));
    return element("li", inside);
}

Html card_of(const SampleUser& user)
{
    Html places;
    std::int64_t hits = 0;
    for (const auto& item : user.list) {
        places += place_of(item);
        hits += std::int64_t{item.held_out};
    }
    Html inside = element("h3", Html("User ") + foreign(user.id)) + history_of(user);
    if (user.to_find > 0)
        inside +=
            element("p", {{"class", "small faint"}},
                    fmt::format("{} of {} held-out items found in {} places", hits, user.to_find, user.list.size()));
    return element("div", {{"class", "person"}}, inside + element("ol", places));
}

}  // namespace

Html users_section(const RunReport& report)
{
    if (report.users.empty()) return {};
    Html cards;
    for (const auto& user : report.users) cards += card_of(user);
    return section(
        "users", "What users get",
        element("p", {{"class", "faint"}},
                "Drawn by a hash of their ids among those with a history: nobody chose them. “Because of” is "
                "the item of the history without which the score falls most.") +
            element("div", {{"class", "people"}}, cards));
}

}  // namespace alster
