#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"

namespace alster {

/// What the start of some rows is drawn by: hashes of their ids, so that neither the order of a log nor the rows that a
/// dataset was extended with change the start of an item.
[[nodiscard]] std::vector<std::uint64_t> start_keys(const DatasetReader& dataset, Side side, RowRange rows);

/// Independent normal numbers N(0, σ²) for the rows of a (keys.size(), width) matrix, each a function of (seed, the
/// row's key, column) alone: whoever owns a row gets the same start.
void initialize_rows(std::span<float> values, std::span<const std::uint64_t> keys, double sigma, std::uint64_t seed);

}  // namespace alster
