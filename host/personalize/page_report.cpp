#include "host/personalize/page_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace alster {

namespace {

double ratio(std::int64_t part, std::int64_t all)
{
    return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
}

}  // namespace

void PageReport::add(std::span<const Row> users, const Pages& made)
{
    const auto before = former_.empty() ? std::vector<Showings>() : former_.of(users);
    for (std::size_t u = 0; u < users.size(); ++u) {
        std::vector<std::int32_t> titles;
        for (const PageRow& row : made.rows[u]) titles.insert(titles.end(), row.items.begin(), row.items.end());
        std::ranges::sort(titles);
        ++pages_;
        rows_ += std::ssize(made.rows[u]);
        titles_ += std::ssize(titles);
        empty_ += std::int64_t{made.rows[u].empty()};
        for (const auto item : titles) ++shown_[item];
        if (!before.empty()) compare(titles, before[u]);
    }
}

void PageReport::compare(const std::vector<std::int32_t>& titles, const Showings& before)
{
    for (const auto item : before.items) ++shown_before_[item];
    if (titles.empty() || before.items.empty()) return;
    std::vector<std::int32_t> common;
    std::ranges::set_intersection(titles, before.items, std::back_inserter(common));
    ++compared_;
    compared_titles_ += std::ssize(titles);
    fresh_ += std::ssize(titles) - std::ssize(common);
    common_ += std::ssize(common);
    either_ += std::ssize(titles) + std::ssize(before.items) - std::ssize(common);
}

void PageReport::sum_over(const Communicator& ranks)
{
    for (auto* count : {&pages_, &rows_, &titles_, &empty_, &compared_, &compared_titles_, &fresh_, &common_, &either_})
        *count = ranks.sum(*count);
    ranks.sum(std::span(shown_));
    ranks.sum(std::span(shown_before_));
}

double PageReport::covered(const std::vector<std::int64_t>& shown)
{
    return ratio(std::ranges::count_if(shown, [](auto pages) { return pages > 0; }), std::ssize(shown));
}

std::string PageReport::text() const
{
    std::string text = fmt::format("{} page{}, {} rows, {} titles", pages_, pages_ == 1 ? "" : "s", rows_, titles_);
    if (empty_ > 0) text += fmt::format("; {} without a row", empty_);
    text += fmt::format("; {:.1f} % of the items are on some page", 100 * covered(shown_));
    if (former_.empty()) return text;
    return text + fmt::format(
                      ", {:.1f} % were before; of {} users {:.1f} % of the titles are new to their page, and "
                      "{:.1f} % of those of either page are on both",
                      100 * covered(shown_before_), compared_, 100 * ratio(fresh_, compared_titles_),
                      100 * ratio(common_, either_));
}

nlohmann::json PageReport::json() const
{
    nlohmann::json facts = {{"pages", pages_},
                            {"rows", rows_},
                            {"titles", titles_},
                            {"empty_pages", empty_},
                            {"coverage", covered(shown_)}};
    if (!former_.empty())
        facts["previous"] = {{"users", compared_},
                             {"coverage", covered(shown_before_)},
                             {"churn", ratio(fresh_, compared_titles_)},
                             {"overlap", ratio(common_, either_)}};
    return facts;
}

}  // namespace alster
