#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "data/id_column.hpp"

namespace alster {

/// One step of SplitMix64: every bit of the result depends on every bit of the argument.
[[nodiscard]] std::uint64_t mixed_bits(std::uint64_t bits);

/// A number that stands for an id wherever its row is: a hash of its text, so that 7 and "7" have the same.
[[nodiscard]] std::uint64_t id_hash(std::string_view text);

/// (rows) of each id.
[[nodiscard]] std::vector<std::uint64_t> id_hashes(const IdColumn& ids);

}  // namespace alster
