#include "host/statistics/distributions.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace alster {

double normal_two_sided_p(double z) { return std::erfc(std::abs(z) / std::numbers::sqrt2); }

/// Q(a, x) = Γ(a, x) / Γ(a) for a = freedom/2, from Q(½, x) = erfc √x or Q(1, x) = e⁻ˣ upwards: every term of
/// Q(a + 1, x) = Q(a, x) + x^a e⁻ˣ / Γ(a + 1) is positive, so nothing cancels.
double chi_squared_tail(double x, int freedom)
{
    if (x <= 0) return 1;
    const double half = x / 2;
    double a = freedom % 2 == 1 ? 0.5 : 1.0;
    double tail = freedom % 2 == 1 ? std::erfc(std::sqrt(half)) : std::exp(-half);
    for (; a + 0.5 < freedom / 2.0; a += 1) tail += std::exp(a * std::log(half) - half - std::lgamma(a + 1));
    return std::fmin(tail, 1.0);
}

}  // namespace alster
