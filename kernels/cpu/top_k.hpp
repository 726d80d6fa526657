#pragma once
#include "kernels/top_k.hpp"

namespace alster {

/// top_k on the cores of one rank. A score is one chain of multiply-adds over the factors in their order: a result
/// depends neither on the number of threads nor on what else comes in a call, and ranks get the bits that one rank
/// would get.
[[nodiscard]] TopK cpu_top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter, Row k);

[[nodiscard]] Scorer cpu_scorer(FactorTable candidates);

}  // namespace alster
