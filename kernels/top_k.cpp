#include "kernels/top_k.hpp"

#include <limits>

#include "data/error.hpp"

namespace alster {

TopK::TopK(Row rows, Row length)
    : k(length),
      items(static_cast<std::size_t>(rows * length), -1),
      scores(static_cast<std::size_t>(rows * length), -std::numeric_limits<float>::infinity()),
      filled(static_cast<std::size_t>(rows))
{
}

void refuse_score(Row query, Row candidate)
{
    throw Error(ExitCode::diverged,
                "the score of query row {} and candidate row {} is not a finite number: their factors are broken or "
                "far too large, train again",
                query, candidate);
}

}  // namespace alster
