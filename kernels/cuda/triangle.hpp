#pragma once
#include <cstddef>
#include <cstdint>

namespace alster {

/// A symmetric system of order m lies as its lower triangle of 32×32 tiles: tile (i, j ≤ i) is the i(i + 1)/2 + j-th,
/// its element (r, c) at r · tile_stride + c. The odd stride lets a warp walk down a column without bank conflicts.
/// The order is padded to whole tiles by rows of the identity.
inline constexpr int tile = 32;
inline constexpr int tile_stride = tile + 1;
inline constexpr int tile_floats = tile * tile_stride;

constexpr int tiles_of(std::int64_t order) { return static_cast<int>((order + tile - 1) / tile); }
constexpr int tile_pairs(int tiles) { return tiles * (tiles + 1) / 2; }
constexpr std::size_t triangle_floats(int tiles) { return static_cast<std::size_t>(tile_pairs(tiles)) * tile_floats; }

}  // namespace alster
