#include "host/tune/halving.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr int kept_of = 3;

}  // namespace

std::optional<RankedTrial> best_by_halving(std::span<const TrialSettings> candidates, int sweeps,
                                           const MeasureTrials& measure)
{
    std::optional<RankedTrial> best;
    std::vector<TrialSettings> left(candidates.begin(), candidates.end());
    for (const int part : {4, 2, 1}) {
        const int rung = std::max(1, sweeps / part);
        if (best && rung == best->sweeps) continue;  // few sweeps: they were measured so
        std::vector<RankedTrial> measured;
        const auto values = measure(left, rung);
        for (std::size_t n = 0; n < values.size(); ++n) {
            measured.push_back({left[n], rung, values[n]});
            if (!best || measured.back().beats(*best)) best = measured.back();
        }
        if (values.size() < left.size()) return best;
        std::ranges::stable_sort(measured, [](const auto& a, const auto& b) { return a.beats(b); });
        measured.resize((measured.size() + kept_of - 1) / kept_of);
        left.clear();
        for (const auto& trial : measured) left.push_back(trial.settings);
    }
    return best;
}

std::optional<RankedTrial> search(const TrialSpace& space, int trials, int sweeps, std::uint64_t seed,
                                  const MeasureTrials& measure)
{
    const int everywhere = std::max(1, (3 * trials + 4) / 5);
    std::vector<TrialSettings> candidates{space.usual()};
    for (int n = 1; n < everywhere; ++n) candidates.push_back(space.anywhere(seed, n));
    auto best = best_by_halving(candidates, sweeps, measure);
    if (!best || trials <= everywhere) return best;
    candidates.clear();
    for (int n = everywhere; n < trials; ++n) candidates.push_back(space.near(best->settings, seed, n));
    const auto nearby = best_by_halving(candidates, sweeps, measure);
    return nearby && nearby->beats(*best) ? nearby : best;
}

}  // namespace alster
