#include "bench/random_interactions.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace alster {

namespace {

constexpr double sigma = 1.1;
constexpr double exponent = 0.9;
constexpr unsigned seed = 1;

/// Entries of each user: their sum is about what was asked for, none has more than half of the items.
std::vector<Offset> activities(const SetShape& shape)
{
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> activity(0, sigma);
    std::vector<double> weights(shape.users);
    std::ranges::generate(weights, [&] { return activity(random); });
    const double scale = static_cast<double>(shape.interactions) / std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<Offset> counts;
    for (const double weight : weights)
        counts.push_back(std::clamp<Offset>(std::llround(weight * scale), 1, std::max<Row>(1, shape.items / 2)));
    return counts;
}

/// Popularity of ranks below r is about r^(1 − exponent): the inverse of that draws an item.
Column draw_item(double uniform, Row items)
{
    const double rank = std::pow(uniform, 1 / (1 - exponent)) * static_cast<double>(items);
    return static_cast<Column>(std::min<Row>(static_cast<Row>(rank), items - 1));
}

/// `count` different items, ascending: even ones among the popular, so that heavy users find enough.
void draw_items(Row user, Offset count, Row items, std::vector<Column>& to)
{
    std::mt19937_64 random(seed + static_cast<std::uint64_t>(user) * 0x9e3779b97f4a7c15U);
    std::uniform_real_distribution<double> uniform;
    to.clear();
    while (std::ssize(to) < count) {
        for (Offset k = std::ssize(to); k < count; ++k)
            to.push_back(k % 2 ? draw_item(uniform(random), items)
                               : static_cast<Column>(uniform(random) * static_cast<double>(items)));
        std::ranges::sort(to);
        to.erase(std::ranges::unique(to).begin(), to.end());
    }
}

}  // namespace

Interactions random_interactions(const SetShape& shape)
{
    const auto counts = activities(shape);
    Interactions all;
    all.offsets.resize(counts.size() + 1);
    std::inclusive_scan(counts.begin(), counts.end(), all.offsets.begin() + 1);
    all.columns.resize(all.offsets.back());
#pragma omp parallel
    {
        std::vector<Column> mine;
#pragma omp for schedule(dynamic, 1024)
        for (Row u = 0; u < shape.users; ++u) {
            draw_items(u, counts[u], shape.items, mine);
            std::ranges::copy(mine, all.columns.begin() + all.offsets[u]);
        }
    }
    return all;
}

Interactions transposed(const Interactions& by_user, Row items)
{
    Interactions by_item;
    by_item.offsets.assign(items + 1, 0);
    for (const Column i : by_user.columns) ++by_item.offsets[i + 1];
    std::inclusive_scan(by_item.offsets.begin(), by_item.offsets.end(), by_item.offsets.begin());
    by_item.columns.resize(by_user.columns.size());
    auto next = by_item.offsets;
    for (Row u = 0; u < by_user.rows(); ++u)
        for (const Column i : by_user.columns_of(u)) by_item.columns[next[i]++] = static_cast<Column>(u);
    return by_item;
}

}  // namespace alster
