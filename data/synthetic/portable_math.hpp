#pragma once
#include <cmath>
#include <numbers>

namespace alster::synthetic {

// The C library's log and exp differ in the last bit between processors and versions, and one such bit can change a
// whole log. These use exactly rounded operations only (+ − × ÷ and scaling by powers of two), so that a seed means the
// same bytes everywhere. Their files are compiled without contraction to fused multiply-add.

/// ln x for 0 < x < ∞, to a few units in the last place: x = m·2^e with m in [√½, √2), ln m = 2 artanh((m−1)/(m+1)).
[[nodiscard]] inline double portable_log(double x)
{
    int exponent = 0;
    double mantissa = std::frexp(x, &exponent);
    if (mantissa < std::numbers::sqrt2 / 2) {
        mantissa *= 2;
        --exponent;
    }
    const double s = (mantissa - 1) / (mantissa + 1);
    double series = 0;
    for (int odd = 23; odd >= 1; odd -= 2) series = series * s * s + 1.0 / odd;  // |s| ≤ 0.172: the rest is below 1e-19
    return 2 * s * series + exponent * std::numbers::ln2;
}

/// e^x for |x| < 700, to about |x| units in the last place: x = k ln 2 + r with |r| ≤ ½ ln 2.
[[nodiscard]] inline double portable_exp(double x)
{
    const double k = std::floor(x / std::numbers::ln2 + 0.5);
    const double r = x - k * std::numbers::ln2;
    double series = 1;
    for (int n = 16; n >= 1; --n) series = 1 + series * r / n;
    return std::ldexp(series, static_cast<int>(k));
}

/// x^p for x > 0.
[[nodiscard]] inline double portable_pow(double x, double p) { return portable_exp(p * portable_log(x)); }

}  // namespace alster::synthetic
