#include "kernels/reference/top_k.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace alster {

TopK reference_top_k(FactorTable queries, FactorTable candidates, const Interactions* seen, Row k)
{
    TopK result(queries.rows, k);
    for (Row q = 0; q < queries.rows; ++q) {
        std::vector<Scored> scored;
        for (Row i = 0; i < candidates.rows; ++i) {
            const double score =
                std::inner_product(queries.row(q), queries.row(q) + queries.width, candidates.row(i), 0.0);
            if (!std::isfinite(score)) refuse_score(q, i);
            if (seen && std::ranges::binary_search(seen->columns_of(q), i)) continue;
            scored.push_back({static_cast<float>(score), static_cast<std::int32_t>(i)});
        }
        std::sort(scored.begin(), scored.end());
        const auto filled = std::min(k, static_cast<Row>(scored.size()));
        for (Row n = 0; n < filled; ++n) {
            result.items[q * k + n] = scored[n].item;
            result.scores[q * k + n] = scored[n].score;
        }
        result.filled[q] = static_cast<std::int32_t>(filled);
    }
    return result;
}

}  // namespace alster
