#include "host/tune/blend_fit.hpp"

#include <algorithm>
#include <cmath>

namespace alster {

namespace {

constexpr double exponents[] = {0.25, 0, 0.5, 0.1, 0.4};
constexpr double weights[] = {0.1, 0.4, 0.05, 0.2, 0.8};
constexpr Row numbers[] = {20, 100, 200};
constexpr double days[] = {7, 30, 1};
constexpr double recent_weights[] = {0.1, 0.4, 0.05, 0.2, 0.8, 1.6};
constexpr double first_weights[] = {0.05, 0.1, 0.2};
constexpr double finer[] = {0.7, 1.4};
constexpr int most_steps = 6;

class Fitting {
public:
    explicit Fitting(const MeasureBlend& measure) : measure_(measure) {}

    BlendFit run(bool times)
    {
        fit_.complete = grid() && refine() && (!times || add_recent());
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
        if (best().mu == 0) return true;
        if (!alter(numbers, [](BlendSettings best, Row most) { return best.most = most, best; })) return false;
        return uphill(&BlendSettings::mu, mostly_neighbours);  // with more neighbours the best weight may be far
    }

    bool add_recent()
    {
        const BlendSettings without = best();
        BlendSettings with = without;
        for (const double some : days) {
            with.recent_days = some;
            for (const double rho : recent_weights)
                if (with.rho = rho; !take(with)) return false;
            if (with.rho = mostly_recent; !take(with)) return false;
        }
        if (best() == without || best().rho == mostly_recent) return true;
        if (!uphill(&BlendSettings::rho, mostly_recent)) return false;
        if (best().mu > 0) return uphill(&BlendSettings::mu, mostly_neighbours);
        return alter(first_weights, [](BlendSettings best, double mu) { return best.mu = mu, best; });
    }

    template <class Values, class Change>
    bool alter(const Values& values, Change change)
    {
        const BlendSettings from = best();
        return std::ranges::all_of(values, [&](auto value) { return take(change(from, value)); });
    }

    /// From a weight that is below `most`, in steps while they are better.
    bool uphill(double BlendSettings::*weight, double most)
    {
        if (best().*weight >= most) return true;
        const auto scaled = [weight](BlendSettings best, double factor) {
            best.*weight = std::round(best.*weight * factor * 1e4) / 1e4;
            return best;
        };
        for (int step = 0; step < most_steps; ++step) {
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

BlendFit fit_blend(bool times, const MeasureBlend& measure) { return Fitting(measure).run(times); }

}  // namespace alster
