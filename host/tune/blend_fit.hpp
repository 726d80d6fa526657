#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// A blend of a model with its neighbours.
struct BlendSettings {
    double b = 0.25;
    Row most = 50;
    double mu = 0;  // 0: the model alone, whatever b and most

    friend bool operator==(const BlendSettings&, const BlendSettings&) = default;
};

struct MeasuredBlend {
    BlendSettings settings;
    double value = 0;
};

/// μ above which the model only decides between items that neighbours find alike: the term alone, as it is served.
inline constexpr double mostly_neighbours = 1e6;

/// The value of a blend, larger is better; nothing where no time is left for it.
using MeasureBlend = std::function<std::optional<double>(const BlendSettings& settings)>;

/// What was measured, in order; the first of the best is curve[best].
struct BlendFit {
    std::vector<MeasuredBlend> curve;
    std::size_t best = 0;
    bool complete = false;  // false: time ended before all of it was measured
};

/// Measures the model alone, the neighbours alone and blends of them: a grid of b and μ, then T and μ about its best.
/// The best is at least as good as each of its parts on what it is measured by, since both are among the candidates.
[[nodiscard]] BlendFit fit_blend(const MeasureBlend& measure);

}  // namespace alster
