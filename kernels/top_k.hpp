#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "kernels/candidate_filter.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// What is added to scores before the best are chosen, for a few candidates of each query.
struct ScoreAddends {
    std::vector<Offset> offsets = {0};  // (queries + 1)
    std::vector<Column> candidates;     // (entries) ascending in each row: relied on
    std::vector<float> values;          // (entries)

    [[nodiscard]] Row rows() const { return static_cast<Row>(offsets.size()) - 1; }
    [[nodiscard]] std::span<const Column> candidates_of(Row query) const
    {
        return std::span(candidates).subspan(offsets[query], offsets[query + 1] - offsets[query]);
    }
    [[nodiscard]] std::span<const float> values_of(Row query) const
    {
        return std::span(values).subspan(offsets[query], offsets[query + 1] - offsets[query]);
    }
    /// Of one candidate; 0 where there is none.
    [[nodiscard]] float of(Row query, Row candidate) const;
};

/// Queries whose addends are held at a time by those who make them: enough to keep the threads busy.
inline constexpr Row rows_with_addends = 4096;

/// Rows to make lists for.
struct Queries {
    FactorTable rows;
    const ScoreAddends* added = nullptr;  // (rows); null: scores are q·y alone

    Queries(FactorTable table, const ScoreAddends* addends = nullptr) : rows(table), added(addends) {}

    /// Throws internal (70) where the addends are of other queries, or name candidates that are not there.
    void check(Row candidates) const;
};

/// The best candidates of consecutive query rows.
///
///   top_k(Q, Y, filter, k)   for each row q the k rows i of Y with the largest scores q·y_i + addend_qi that the
///                            filter lets through; where it has groups, for each of them: list q·groups + g
///
/// Where nothing is added to a score its bits are those of q·y_i; the fp32 bodies add to the rounded product.
/// Order: score descending, then row ascending. Where fewer than k candidates are left, the rest of the list is padded.
/// Any k ≥ 1, also above the number of candidates. What is filtered is never scored into a list and dropped: a list is
/// short only where fewer are allowed. Throws diverged (12) where the score of a candidate that may be listed is not a
/// finite number, naming the rows.
/// Bodies in reference/ (fp64, every score), cpu/ and cuda/ (fp32 tiles; no more than a tile of scores exists at once).
struct TopK {
    Row k = 0;
    std::vector<std::int32_t> items;   // (lists, k) row of the candidate, -1: none left
    std::vector<float> scores;         // (lists, k) its score, -inf: none left
    std::vector<std::int32_t> filled;  // (lists) how many of the k there are

    TopK() = default;
    TopK(Row rows, Row k);

    [[nodiscard]] Row rows() const { return static_cast<Row>(filled.size()); }

    /// Makes a row's list empty.
    void clear(Row r);

    /// Makes a row's list that of row `from` of lists of the same length.
    void copy_row(const TopK& lists, Row from, Row to);

    [[nodiscard]] std::span<const std::int32_t> items_of(Row r) const
    {
        return std::span(items).subspan(static_cast<std::size_t>(r * k), static_cast<std::size_t>(filled[r]));
    }
    [[nodiscard]] std::span<const float> scores_of(Row r) const
    {
        return std::span(scores).subspan(static_cast<std::size_t>(r * k), static_cast<std::size_t>(filled[r]));
    }
};

/// A candidate with its score, and the order of lists.
struct Scored {
    float score = 0;
    std::int32_t item = 0;

    [[nodiscard]] friend bool operator<(const Scored& a, const Scored& b)
    {
        return a.score > b.score || (a.score == b.score && a.item < b.item);
    }
};

/// top_k against candidates that stay where the scores are computed.
using Scorer = std::function<TopK(const Queries& queries, const CandidateFilter& filter, Row k)>;

/// A scorer of candidates, which must outlive it.
using MakeScorer = std::function<Scorer(FactorTable candidates)>;

/// Rows whose lists of k are made at a time: whole blocks of rows_per_chunk, enough of them to fill a GPU, and lists of
/// no more than some 64 MB.
[[nodiscard]] Row rows_per_batch(Row k);

/// Throws diverged (12): what all bodies say of a score that is not finite.
[[noreturn]] void refuse_score(Row query, Row candidate);

}  // namespace alster
