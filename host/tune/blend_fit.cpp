#include "host/tune/blend_fit.hpp"

#include <algorithm>
#include <cmath>

namespace alster {

namespace {

constexpr double exponents[] = {0.25, 0, 0.5, 0.1, 0.4};
constexpr double weights[] = {0.1, 0.4, 0.05, 0.2, 0.8};
constexpr Row numbers[] = {20, 100, 200};
constexpr double finer[] = {0.7, 1.4};
constexpr int most_steps = 6;

class Fitting {
public:
    explicit Fitting(const MeasureBlend& measure) : measure_(measure) {}

    BlendFit run()
    {
        fit_.complete = grid() && refine();
        return std::move(fit_);
    }

private:
    bool grid()
    {
        if (!take({.mu = 0})) return false;
        for (const double b : exponents) {
            for (const double mu : weights)
                if (!take({.b = b, .mu = mu})) return false;
            if (!take({.b = b, .mu = mostly_neighbours})) return false;
        }
        return true;
    }

    bool refine()
    {
        const auto alter = [&](const auto& values, auto change) {
            const BlendSettings from = best();
            return std::ranges::all_of(values, [&](auto value) { return take(change(from, value)); });
        };
        if (best().mu == 0) return true;
        if (!alter(numbers, [](BlendSettings best, Row most) { return best.most = most, best; })) return false;
        if (best().mu == mostly_neighbours) return true;
        const auto scaled = [](BlendSettings best, double factor) {
            best.mu = std::round(best.mu * factor * 1e4) / 1e4;
            return best;
        };
        for (int step = 0; step < most_steps; ++step) {  // uphill: with more neighbours the best weight may be far
            const BlendSettings before = best();
            if (!alter(finer, scaled)) return false;
            if (best() == before) break;
        }
        return true;
    }

    [[nodiscard]] const BlendSettings& best() const { return fit_.curve[fit_.best].settings; }

    bool take(const BlendSettings& settings)
    {
        const auto value = measure_(settings);
        if (!value) return false;
        fit_.curve.push_back({settings, *value});
        if (*value > fit_.curve[fit_.best].value) fit_.best = fit_.curve.size() - 1;
        return true;
    }

    const MeasureBlend& measure_;
    BlendFit fit_;
};

}  // namespace

BlendFit fit_blend(const MeasureBlend& measure) { return Fitting(measure).run(); }

}  // namespace alster
