#pragma once
#include <span>
#include <vector>

#include "kernels/backend.hpp"

namespace alster {

/// Floats that the equations of a part of a row take: A = Σ c y yᵀ, its lower triangle packed, and b = Σ c p y.
[[nodiscard]] constexpr std::size_t equations_size(Row width)
{
    return triangle_size(width) + static_cast<std::size_t>(width);
}

/// The normal equations of a row that is assembled in parts (entries_per_part), summed in fp64.
class NormalEquations {
public:
    explicit NormalEquations(Row width) : width_(width), sums_(equations_size(width)) {}

    /// To be called in the order of the parts: the sum has the bits of that order.
    void add(std::span<const float> part);

    /// What solve() did.
    struct Solution {
        double penalty;      // Σ λ (x − m)²
        double least_share;  // of a pivot in its diagonal element (kernels/pivots.hpp); 0 where A was not definite
    };

    /// x = (A + diag(base + λ))⁻¹ (b + λ m), of row u of the shard, in fp64 and rounded once.
    Solution solve(const RowObjective& objective, Row u, Offset entries, std::span<float> x) const;

private:
    Row width_;
    std::vector<double> sums_;
};

}  // namespace alster
