#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "host/tune/trial_settings.hpp"

namespace alster {

/// The values of settings after so many sweeps, larger is better; fewer of them where no time is left.
using MeasureTrials = std::function<std::vector<double>(std::span<const TrialSettings> settings, int sweeps)>;

/// Settings with what they came to.
struct RankedTrial {
    TrialSettings settings = {};
    int sweeps = 0;
    double value = 0;

    /// After more sweeps, or after as many with a larger value; the first of equals stays.
    [[nodiscard]] bool beats(const RankedTrial& other) const
    {
        return sweeps > other.sweeps || (sweeps == other.sweeps && value > other.value);
    }
};

/// Successive halving: all candidates get a quarter of the sweeps, the best third of them half of the sweeps, and the
/// best third of those all. Where time ends, the best of what got most sweeps. Nothing where there was none for any.
[[nodiscard]] std::optional<RankedTrial> best_by_halving(std::span<const TrialSettings> candidates, int sweeps,
                                                         const MeasureTrials& measure);

/// Halving over settings from everywhere, three of five of them, then over settings near the best of those.
[[nodiscard]] std::optional<RankedTrial> search(const TrialSpace& space, int trials, int sweeps, std::uint64_t seed,
                                                const MeasureTrials& measure);

}  // namespace alster
