#pragma once
#include "kernels/top_k.hpp"

namespace alster {

/// top_k by its definition: every score in fp64, then a sort. The scores are rounded to fp32 before they are compared,
/// so that ties are those of the fp32 bodies.
[[nodiscard]] TopK reference_top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter,
                                   Row k);

}  // namespace alster
