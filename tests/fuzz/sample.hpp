#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/hdf5_handle.hpp"

namespace alster::fuzz {

/// The files that altered ones are made of.
inline constexpr std::array samples = {"dataset.h5", "model.h5", "checkpoint.h5", "lists.h5"};

/// A sample in memory, open for writing.
[[nodiscard]] Hdf5Handle opened_sample(std::size_t sample);

/// The bytes of an open file.
[[nodiscard]] std::vector<std::uint8_t> image_of(const Hdf5Handle& file);

}  // namespace alster::fuzz
