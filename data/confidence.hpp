#pragma once

namespace alster {

/// No stored confidence is above it: c·yyᵀ stays finite in fp32 for factors up to 1e4.
inline constexpr float largest_confidence = 1e30F;

}  // namespace alster
