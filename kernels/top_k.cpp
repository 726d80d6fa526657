#include "kernels/top_k.hpp"

#include <algorithm>
#include <limits>

#include "data/error.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

constexpr float no_score = -std::numeric_limits<float>::infinity();

}  // namespace

TopK::TopK(Row rows, Row length)
    : k(length),
      items(static_cast<std::size_t>(rows * length), -1),
      scores(static_cast<std::size_t>(rows * length), no_score),
      filled(static_cast<std::size_t>(rows))
{
}

void TopK::clear(Row r)
{
    std::fill_n(items.begin() + r * k, k, -1);
    std::fill_n(scores.begin() + r * k, k, no_score);
    filled[r] = 0;
}

void TopK::copy_row(const TopK& lists, Row from, Row to)
{
    std::copy_n(lists.items.begin() + from * k, k, items.begin() + to * k);
    std::copy_n(lists.scores.begin() + from * k, k, scores.begin() + to * k);
    filled[to] = lists.filled[from];
}

float ScoreAddends::of(Row query, Row candidate) const
{
    const auto row = candidates_of(query);
    const auto found = std::ranges::lower_bound(row, candidate);
    return found != row.end() && *found == candidate ? values_of(query)[found - row.begin()] : 0;
}

void Queries::check(Row candidates) const
{
    if (!added) return;
    if (added->rows() != rows.rows) throw Error(ExitCode::internal, "what is added to scores is of other queries");
    for (Row q = 0; q < added->rows(); ++q)
        if (const auto row = added->candidates_of(q); !row.empty() && (row.front() < 0 || row.back() >= candidates))
            throw Error(ExitCode::internal, "what is added to scores is of other candidates");
}

Row rows_per_batch(Row k)
{
    constexpr Row most_entries = Row{1} << 23;
    constexpr Row most_rows = Row{1} << 15;
    return std::clamp(most_entries / k / rows_per_chunk * rows_per_chunk, rows_per_chunk, most_rows);
}

void refuse_score(Row query, Row candidate)
{
    throw Error(ExitCode::diverged,
                "the score of query row {} and candidate row {} is not a finite number: their factors are broken or "
                "far too large, train again",
                query, candidate);
}

}  // namespace alster
