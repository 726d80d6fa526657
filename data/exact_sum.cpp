#include "data/exact_sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace alster {

namespace {

constexpr int high_bits = 61;  // |Σ high| < 2^61, and one bit to spare for the rounding of each term

}  // namespace

ExactSum::ExactSum(std::size_t size, double bound) : size_(size), limbs_(2 * size)
{
    int exponent = 0;
    std::frexp(bound > 0 ? bound : 1, &exponent);  // bound < 2^exponent
    quantum_ = std::ldexp(1.0, exponent - high_bits);
}

ExactSum ExactSum::zero() const
{
    ExactSum sum(*this);
    std::fill(sum.limbs_.begin(), sum.limbs_.end(), 0);
    return sum;
}

void ExactSum::add(std::span<const double> term)
{
    assert(term.size() == size_);
    const double inverse = 1 / quantum_;  // powers of two: every product below is exact
    const double low_scale = inverse * std::ldexp(1.0, low_bits);
    for (std::size_t k = 0; k < size_; ++k) {
        const std::int64_t high = std::llrint(term[k] * inverse);
        // exact: both are multiples of the last bit of term[k]
        const double rest = term[k] - static_cast<double>(high) * quantum_;
        limbs_[k] += high;
        limbs_[size_ + k] += std::llrint(rest * low_scale);
    }
}

void ExactSum::add(std::size_t k, double term)
{
    const double inverse = 1 / quantum_;  // powers of two: every product below is exact
    const std::int64_t high = std::llrint(term * inverse);
    // exact: both are multiples of the last bit of the term
    const double rest = term - static_cast<double>(high) * quantum_;
    limbs_[k] += high;
    limbs_[size_ + k] += std::llrint(rest * (inverse * std::ldexp(1.0, low_bits)));
}

void ExactSum::add(const ExactSum& other)
{
    assert(other.size_ == size_ && other.quantum_ == quantum_);
    for (std::size_t k = 0; k < limbs_.size(); ++k) limbs_[k] += other.limbs_[k];
}

std::vector<double> ExactSum::values() const
{
    std::vector<double> sums(size_);
    const double low_quantum = std::ldexp(quantum_, -low_bits);
    for (std::size_t k = 0; k < size_; ++k)
        sums[k] = static_cast<double>(limbs_[k]) * quantum_ + static_cast<double>(limbs_[size_ + k]) * low_quantum;
    return sums;
}

}  // namespace alster
