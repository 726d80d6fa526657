#include "host/tune/trial_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "data/id_hash.hpp"

namespace alster {

namespace {

constexpr std::array<double, 3> exponents = {0.5, 0.75, 1};
constexpr double least_reg = 0.001, most_reg = 0.06;

double three_digits(double value) { return std::stod(fmt::format("{:.3g}", value)); }

/// Point n of a sequence that fills the unit cube evenly: multiples of powers of 1/g modulo 1, g⁵ = g + 1.
std::array<double, 4> even_point(std::uint64_t seed, int n)
{
    constexpr double g = 1.1673039782614187;
    std::array<double, 4> point{};
    double step = 1;
    for (std::size_t d = 0; d < point.size(); ++d) {
        step /= g;
        const double shift = static_cast<double>(mixed_bits(mixed_bits(seed) + d) >> 11) * 0x1p-53;
        const double place = shift + step * n;
        point[d] = place - std::floor(place);
    }
    return point;
}

/// Which of `size` things a number in [0, 1) means.
std::size_t one_of(std::size_t size, double place)
{
    return std::min(size - 1, static_cast<std::size_t>(place * static_cast<double>(size)));
}

/// An element of `values` next to `now`, or itself.
template <class Values, class Value>
Value next_to(const Values& values, Value now, double place)
{
    const auto at = std::ranges::find(values, now) - values.begin();
    const auto step = static_cast<std::ptrdiff_t>(one_of(3, place)) - 1;
    return values[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at + step, 0, std::ssize(values) - 1))];
}

}  // namespace

Objective TrialSettings::objective() const { return {.factors = factors, .lambda = reg, .alpha0 = alpha0, .nu = nu}; }

std::string TrialSettings::text() const
{
    return fmt::format("factors {}, reg {}, alpha0 {}, nu {}", factors, reg, alpha0, nu);
}

namespace {

double alpha0_of(const DatasetInfo& data)
{
    Objective objective{.alpha0 = -1};
    objective.settle(data);
    return objective.alpha0;
}

}  // namespace

TrialSpace::TrialSpace(const DatasetInfo& data, std::vector<Row> factors)
    : users_(static_cast<double>(data.users)),
      items_(static_cast<double>(data.items)),
      interactions_(static_cast<double>(data.interactions)),
      usual_alpha0_(alpha0_of(data)),
      factors_(std::move(factors))
{
}

/// What λ is multiplied with at ν = 1 in a row of mean length: the geometric mean of both sides.
double TrialSpace::middling_row(double alpha0) const
{
    return std::sqrt((interactions_ / users_ + alpha0 * items_) * (interactions_ / items_ + alpha0 * users_));
}

TrialSettings TrialSpace::rounded(Row factors, double alpha0, double reg_by_frequency, double nu) const
{
    const double reg = reg_by_frequency * std::pow(middling_row(alpha0), 1 - nu);
    return {.factors = factors, .reg = three_digits(reg), .alpha0 = three_digits(alpha0), .nu = nu};
}

TrialSettings TrialSpace::usual() const
{
    return rounded(factors_[factors_.size() / 2], usual_alpha0_, Objective{}.regularization(), 1);
}

TrialSettings TrialSpace::anywhere(std::uint64_t seed, int n) const
{
    const auto [a, l, v, f] = even_point(seed, n);
    const double alpha0 = usual_alpha0_ * std::exp2(7 * a - 3);
    const double reg = least_reg * std::pow(most_reg / least_reg, l);
    return rounded(factors_[one_of(factors_.size(), f)], alpha0, reg, exponents[one_of(exponents.size(), v)]);
}

TrialSettings TrialSpace::near(const TrialSettings& best, std::uint64_t seed, int n) const
{
    const auto [a, l, v, f] = even_point(seed + 1, n);
    const double reg = best.reg / std::pow(middling_row(best.alpha0), 1 - best.nu);
    return rounded(next_to(factors_, best.factors, f), best.alpha0 * std::exp2(2 * a - 1), reg * std::exp2(2 * l - 1),
                   next_to(exponents, best.nu, v));
}

}  // namespace alster
