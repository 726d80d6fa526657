#pragma once
#include "kernels/top_k.hpp"

namespace alster {

/// top_k on the cores of one rank. Rows are scored in blocks of rows_per_chunk, counted from the first query; a result
/// does not depend on the number of threads, nor on how many blocks come in one call. So ranks whose rows begin on
/// chunk borders get the bits that one rank would get.
[[nodiscard]] TopK cpu_top_k(FactorTable queries, FactorTable candidates, const Interactions* seen, Row k);

[[nodiscard]] Scorer cpu_scorer(FactorTable candidates);

}  // namespace alster
