#include "data/synthetic/activity.hpp"

#include <algorithm>

#include "data/synthetic/random.hpp"

namespace alster::synthetic {

namespace {

/// A user's weight: the uniform quantile q has weight q^−exponent, which is a power law over the ranks.
std::vector<float> weights(const SyntheticOptions& options)
{
    std::vector<float> weight(options.users);
    for (Row u = 0; u < options.users; ++u) {
        Random random(options.seed, Purpose::activity, u);
        weight[u] = static_cast<float>(portable_pow(random.uniform(), -options.activity_exponent));
    }
    return weight;
}

std::int64_t lines_of(float weight, double scale, std::int64_t cap)
{
    return static_cast<std::int64_t>(std::min(weight * scale, static_cast<double>(cap)));
}

}  // namespace

std::int64_t activity_cap(Row items) { return std::max<std::int64_t>(1, items / 4); }

std::vector<std::int32_t> activities(const SyntheticOptions& options)
{
    const auto weight = weights(options);
    const std::int64_t cap = activity_cap(options.items);
    const auto total = [&](double scale) {
        std::int64_t sum = 0;
        for (const float w : weight) sum += lines_of(w, scale, cap);
        return sum;
    };
    // the largest scale that does not write too much; what is then missing goes out one line at a time
    double low = 0, high = static_cast<double>(cap + 1);  // every weight is at least 1: at `high` all are at the cap
    for (int step = 0; step < 60; ++step) {
        const double middle = (low + high) / 2;
        (total(middle) <= options.events ? low : high) = middle;
    }
    std::vector<std::int32_t> lines(options.users);
    for (Row u = 0; u < options.users; ++u) lines[u] = static_cast<std::int32_t>(lines_of(weight[u], low, cap));
    std::int64_t missing = options.events - total(low);
    while (missing > 0)
        for (Row u = 0; u < options.users && missing > 0; ++u)
            if (lines[u] < cap) {
                ++lines[u];
                --missing;
            }
    return lines;
}

}  // namespace alster::synthetic
