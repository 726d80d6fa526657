#include "host/evaluate/user_slices.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace alster {

namespace {

/// History lengths that end the first and the second third of the users with a history.
std::pair<std::int64_t, std::int64_t> thirds(std::span<const UserFacts> users)
{
    std::vector<std::int64_t> lengths;
    for (const auto& user : users)
        if (user.history > 0) lengths.push_back(user.history);
    if (lengths.empty()) return {0, 0};
    std::ranges::sort(lengths);
    return {lengths[(lengths.size() - 1) / 3], lengths[2 * (lengths.size() - 1) / 3]};
}

UserSlices by_activity(std::span<const UserFacts> users)
{
    UserSlices slices{.name = "activity", .labels = {"none", "low", "middle", "high"}, .label_of = {}};
    const auto [low, middle] = thirds(users);
    for (const auto& user : users) {
        const int third = user.history <= low ? 1 : user.history <= middle ? 2 : 3;
        slices.label_of.push_back(user.history == 0 ? 0 : third);
    }
    return slices;
}

UserSlices by_taste(std::span<const UserFacts> users, double tail_share_of_all)
{
    UserSlices slices{.name = "taste", .labels = {"popular", "long tail"}, .label_of = {}};
    for (const auto& user : users)
        slices.label_of.push_back(user.history == 0 ? -1 : int{user.tail_share > tail_share_of_all});
    return slices;
}

}  // namespace

LongTail::LongTail(std::span<const std::int32_t> counts) : counts_(counts)
{
    std::vector<std::int32_t> descending(counts.begin(), counts.end());
    std::ranges::sort(descending, std::greater());
    const auto all = std::accumulate(descending.begin(), descending.end(), std::int64_t{0});
    std::int64_t above = 0;
    for (std::size_t n = 0; n < descending.size() && (5 * above < 4 * all || descending[n] == least_popular_); ++n) {
        above += descending[n];
        least_popular_ = descending[n];
    }
    if (all > 0) share_ = static_cast<double>(all - above) / static_cast<double>(all);
}

std::vector<UserSlices> slice_users(std::span<const UserFacts> users, double tail_share_of_all)
{
    return {by_activity(users), by_taste(users, tail_share_of_all)};
}

}  // namespace alster
