#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace alster {

/// A sum of vectors of doubles whose result does not depend on the order of its terms, so that any number of ranks and
/// threads gets the same bits (docs/mathematics.md, "The same bits everywhere").
///
/// Each term is split as  x ≈ high·q + low·q·2⁻³⁶  with integers high, low and the quantum  q = 2^k  chosen so that the
/// whole sum fits 62 bits; integer addition is associative. What is dropped is below bound·2⁻⁹⁷ a term.
class ExactSum {
public:
    /// `bound` ≥ Σ |term| in every element (so it must be the same on all ranks); at most 2^26 terms in all ranks
    /// together.
    ExactSum(std::size_t size, double bound);

    /// An empty sum of the same size and bound.
    [[nodiscard]] ExactSum zero() const;

    void add(std::span<const double> term);
    /// A term of element k alone.
    void add(std::size_t k, double term);
    void add(const ExactSum& other);

    /// q, and the bits of a low part, for those who split terms themselves and add to limbs().
    [[nodiscard]] double quantum() const { return quantum_; }
    static constexpr int low_bits = 36;  // |low| ≤ 2^35 a term: 2^26 terms stay below 2^61

    /// The sum, rounded once to double.
    [[nodiscard]] std::vector<double> values() const;

    /// The integers themselves (2·size): adding these element by element over ranks adds the sums.
    [[nodiscard]] std::span<std::int64_t> limbs() { return limbs_; }

private:
    std::size_t size_;
    double quantum_;                   // q
    std::vector<std::int64_t> limbs_;  // size_ high parts, then size_ low parts
};

}  // namespace alster
