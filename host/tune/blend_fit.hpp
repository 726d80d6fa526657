#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// A blend of a model with its neighbours and with what was popular lately.
struct BlendSettings {
    double b = 0.25;
    Row most = 50;
    double mu = 0;   // 0: without neighbours, whatever b and most
    double rho = 0;  // 0: without recent popularity, whatever the days
    double recent_days = 7;

    friend bool operator==(const BlendSettings&, const BlendSettings&) = default;
};

struct MeasuredBlend {
    BlendSettings settings;
    double value = 0;
};

/// μ above which the model only decides between items that neighbours find alike: the term alone, as it is served.
inline constexpr double mostly_neighbours = 1e6;

/// ρ above which the model only decides between items that were equally popular lately, as far as fp32 can tell.
inline constexpr double mostly_recent = 1e4;

/// The value of a blend, larger is better; nothing where no time is left for it.
using MeasureBlend = std::function<std::optional<double>(const BlendSettings& settings)>;

/// What was measured, in order; the first of the best is curve[best].
struct BlendFit {
    std::vector<MeasuredBlend> curve;
    std::size_t best = 0;
    bool complete = false;  // false: time ended before all of it was measured
};

/// Measures the model alone, the neighbours alone and blends of them: a grid of b and μ, then T and μ about its best.
/// Where there are times, recent popularity is then added to that best: a grid of days and ρ, then ρ and μ about the
/// best. It is at least as good as each of its parts on what it is measured by, since all are among the candidates.
[[nodiscard]] BlendFit fit_blend(bool times, const MeasureBlend& measure);

}  // namespace alster
