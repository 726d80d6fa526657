#pragma once

namespace alster {

inline constexpr double normal_975 = 1.959963984540054;  // 97.5 % quantile of the normal distribution

/// P(|Z| ≥ |z|) of the normal distribution.
[[nodiscard]] double normal_two_sided_p(double z);

/// P(χ² ≥ x) with `freedom` ≥ 1 degrees; x ≥ 0. Relative error below 1e-12 where the result is above 1e-300.
[[nodiscard]] double chi_squared_tail(double x, int freedom);

}  // namespace alster
