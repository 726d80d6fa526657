#include "host/update/staleness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/model/learned_items.hpp"

namespace alster {

namespace {

constexpr std::size_t places = 10;

double dot(std::span<const float> a, const float* b)
{
    double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += double{a[k]} * b[k];
    return sum;
}

double cosine(const OldAndExact& user)
{
    const double norms = std::sqrt(dot(user.stored, user.stored.data()) * dot(user.exact, user.exact.data()));
    return norms > 0 ? dot(user.stored, user.exact.data()) / norms : 1;
}

/// The best of the candidates by descending score, then ascending row.
std::vector<Row> best(std::span<const float> user, const LearnedItems& items, std::span<const Row> candidates)
{
    std::vector<std::pair<double, Row>> scored;
    for (const Row item : candidates) scored.emplace_back(-dot(user, items.factors(item)), item);
    const auto end = scored.begin() + static_cast<std::ptrdiff_t>(std::min(places, scored.size()));
    std::partial_sort(scored.begin(), end, scored.end());
    std::vector<Row> rows;
    for (auto at = scored.begin(); at != end; ++at) rows.push_back(at->second);
    return rows;
}

double overlap(const OldAndExact& user, const LearnedItems& items, std::span<const Row> candidates)
{
    auto a = best(user.stored, items, candidates), b = best(user.exact, items, candidates);
    if (a.empty()) return 1;
    std::ranges::sort(a);
    std::ranges::sort(b);
    std::vector<Row> common;
    std::ranges::set_intersection(a, b, std::back_inserter(common));
    return static_cast<double>(common.size()) / static_cast<double>(a.size());
}

double sum_in_order(const Communicator& ranks, const std::vector<double>& mine)
{
    const auto all = ranks.all_gather(std::span(mine));
    return std::accumulate(all.begin(), all.end(), 0.0);
}

}  // namespace

Staleness staleness(const Communicator& ranks, const DatasetReader& dataset, const ModelReader& model,
                    std::span<const OldAndExact> users)
{
    const LearnedItems items(model);
    std::vector<std::vector<Row>> unseen(users.size());
    for (std::size_t n = 0; n < users.size(); ++n) {
        const auto row = dataset.interactions(Part::train, Side::users, {users[n].user, users[n].user + 1});
        for (const std::int32_t item : items.items())
            if (!std::ranges::binary_search(row.columns, Column{item})) unseen[n].push_back(item);
    }
    std::vector<double> overlaps(users.size()), cosines(users.size());
#pragma omp parallel for schedule(dynamic)
    for (std::size_t n = 0; n < users.size(); ++n) {
        overlaps[n] = overlap(users[n], items, unseen[n]);
        cosines[n] = cosine(users[n]);
    }
    Staleness result{.users = ranks.sum(std::ssize(users))};
    const double count = static_cast<double>(std::max<std::int64_t>(1, result.users));
    const double common = sum_in_order(ranks, overlaps), angles = sum_in_order(ranks, cosines);
    if (result.users > 0) result.overlap = common / count, result.cosine = angles / count;
    return result;
}

}  // namespace alster
