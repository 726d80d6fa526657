#pragma once
#include <cstdint>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// Independent normal numbers N(0, σ²) for consecutive rows of a (rows, width) matrix, each a function of (seed, row,
/// column) alone: whoever owns a row gets the same start.
void initialize_rows(std::span<float> values, Row first_row, Row width, double sigma, std::uint64_t seed);

}  // namespace alster
