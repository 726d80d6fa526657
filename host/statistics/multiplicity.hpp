#pragma once
#include <span>
#include <vector>

namespace alster {

/// p values adjusted for their number, in the order given. Below 0.05 after holm() means: with a probability of 95 % no
/// such claim of the whole family is false (Holm, 1979).
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

/// Below 0.05 means: of such claims on average 5 % are false (Benjamini and Hochberg, 1995).
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> p);

}  // namespace alster
