#include "kernels/reference/top_k.hpp"

#include <algorithm>
#include <cmath>

namespace alster {

TopK reference_top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter, Row k)
{
    const FactorTable& table = queries.rows;
    TopK result(table.rows * filter.lists(), k);
    for (Row list = 0; list < result.rows(); ++list) {
        const Row q = list / filter.lists();
        std::vector<Scored> scored;
        for (Row i = 0; i < candidates.rows; ++i) {
            if (!filter.allows(q, i, list % filter.lists())) continue;
            double score = 0;
            for (Row a = 0; a < table.width; ++a) score += static_cast<double>(table.row(q)[a]) * candidates.row(i)[a];
            if (queries.added) score += queries.added->of(q, i);
            if (!std::isfinite(score)) refuse_score(q, i);
            scored.push_back({static_cast<float>(score), static_cast<std::int32_t>(i)});
        }
        std::sort(scored.begin(), scored.end());
        const auto filled = std::min(k, static_cast<Row>(scored.size()));
        for (Row n = 0; n < filled; ++n) {
            result.items[list * k + n] = scored[n].item;
            result.scores[list * k + n] = scored[n].score;
        }
        result.filled[list] = static_cast<std::int32_t>(filled);
    }
    return result;
}

}  // namespace alster
