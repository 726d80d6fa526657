#pragma once
#include "host/statistics/interval.hpp"

namespace alster {

/// What may be said of the second of two systems.
enum class Verdict { better, worse, equivalent, cannot_tell };

[[nodiscard]] const char* name(Verdict verdict);

inline constexpr double false_alarm_rate = 0.05;

/// `threshold` ≥ 0: a difference below it is of no use to anybody. Equivalent: the whole interval lies within
/// ±threshold. Better, or worse: it is all above 0, or all below, and p is below false_alarm_rate. Otherwise nobody can
/// tell.
[[nodiscard]] Verdict verdict_of(const Interval& difference, double p, double threshold);

}  // namespace alster
