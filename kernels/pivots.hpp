#pragma once

namespace alster {

/// A Cholesky factorization loses digits where a pivot is small beside the diagonal element that it is left of: a share
/// s of it carries the rounding of the whole, eps/s. Scaling of the matrix does not matter. Rows of 2 to 320 entries,
/// 4 to 64 factors and confidences up to 4·10⁸ are off by up to 2⁻¹⁰ where the least share is 2¹⁷ eps, eps = 2⁻²⁴ in
/// fp32 and 2⁻⁵³ in fp64: below that a row is solved again, or given up.
inline constexpr float least_pivot_share = 0x1p-7F;
inline constexpr double least_pivot_share_in_fp64 = 0x1p-36;

}  // namespace alster
