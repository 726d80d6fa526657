#include "kernels/cpu/top_k.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/best_list.hpp"
#include "kernels/cpu/isa/score_tile.hpp"

namespace alster {

namespace {

constexpr Row tile_items = 512;     // with 128 queries 256 KiB of scores: they stay in the second cache
constexpr Row block_queries = 128;  // for which a tile of candidates is packed once
constexpr Row tile_words = tile_items / 32;
constexpr Row chunk = BestList::chunk;
constexpr unsigned all_of_chunk = BestList::all_of_chunk;

// Sums and maxima of floats are not reordered by the compiler, so that a loop over sixteen is a chain of sixteen.
using Four = float __attribute__((vector_size(16)));
using FourBits = std::int32_t __attribute__((vector_size(16)));

Four four_at(const float* from)
{
    Four four;
    std::memcpy(&four, from, sizeof four);
    return four;
}

/// The scores of a chunk, whether they may be listed or not.
struct ChunkScores {
    float largest;
    bool broken;  // one is not a finite number; then the largest says nothing
};

ChunkScores look_at_whole(const float* scores)
{
    constexpr std::int32_t magnitude = 0x7fffffff;
    constexpr std::int32_t infinite = 0x7f800000;
    Four largest = four_at(scores);
    FourBits broken = {};
    for (Row n = 0; n < chunk; n += 4) {
        const Four some = four_at(scores + n);
        largest = some > largest ? some : largest;
        broken |= (std::bit_cast<FourBits>(some) & magnitude) >= infinite;
    }
    return {std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3])),
            (broken[0] | broken[1] | broken[2] | broken[3]) != 0};
}

ChunkScores look_at(const float* scores, Row count)
{
    if (count == chunk) return look_at_whole(scores);
    std::array<float, chunk> whole;
    whole.fill(scores[0]);
    std::copy_n(scores, count, whole.begin());
    return look_at_whole(whole.data());
}

/// Groups as the pass over the scores needs them.
class Groups {
public:
    Groups() = default;
    explicit Groups(const BitTable& groups)
        : count_(groups.rows()),
          stride_((groups.rows() + 3) / 4 * 4),
          of_candidate_(groups.transposed()),
          absent_(by_chunk(groups, stride_))
    {
    }

    [[nodiscard]] Row count() const { return count_; }

    /// Floats between the thresholds of two queries.
    [[nodiscard]] Row stride() const { return stride_; }

    /// The least threshold of the groups that are met in a chunk: a score that is not above it is of no use. An absent
    /// group adds ∞, or, while its threshold is −∞, NaN, which no comparison takes for less.
    [[nodiscard]] float weakest(Row chunk_number, const float* thresholds) const
    {
        const float* absent = absent_.data() + chunk_number * stride_;
        constexpr float infinite = std::numeric_limits<float>::infinity();
        Four least = {infinite, infinite, infinite, infinite};
        for (Row g = 0; g < stride_; g += 4) {
            const Four some = four_at(thresholds + g) + four_at(absent + g);
            least = some < least ? some : least;
        }
        return std::min(std::min(least[0], least[1]), std::min(least[2], least[3]));
    }

    /// Runs f(group) on those that hold a candidate.
    void each_of(Row candidate, auto&& f) const
    {
        const auto words = of_candidate_.row(candidate);
        for (std::size_t word = 0; word < words.size(); ++word)
            for (std::uint32_t bits = words[word]; bits != 0; bits &= bits - 1)
                f(static_cast<Row>(word) * 32 + std::countr_zero(bits));
    }

private:
    static std::vector<float> by_chunk(const BitTable& groups, Row stride)
    {
        const Row chunks = (groups.columns() + chunk - 1) / chunk;
        std::vector<float> absent(static_cast<std::size_t>(chunks * stride), std::numeric_limits<float>::infinity());
        for (Row g = 0; g < groups.rows(); ++g)
            for (Row c = 0; c < groups.columns(); ++c)
                if (groups.at(g, c)) absent[c / chunk * stride + g] = 0;
        return absent;
    }

    Row count_ = 0;
    Row stride_ = 0;
    BitTable of_candidate_;
    std::vector<float> absent_;  // (chunks, stride) 0 where the chunk has a candidate of the group, else ∞
};

/// What one thread needs for a block of queries.
struct Workspace {
    AlignedFloats queries;          // strips of the block
    AlignedFloats candidates;       // strips of a tile
    AlignedFloats scores;           // (block_queries, tile_items)
    std::vector<BestList> best;     // (block_queries, lists of a query)
    std::vector<float> thresholds;  // of these, side by side
    std::vector<std::size_t> next_excluded =
        std::vector<std::size_t>(block_queries);  // first excluded entry not yet passed
    std::vector<std::size_t> next_added = std::vector<std::size_t>(block_queries);  // the same of what is added

    Workspace(Row width, Row lists)
        : queries(make_aligned_floats(block_queries * width)),
          candidates(make_aligned_floats(tile_items * width)),
          scores(make_aligned_floats(block_queries * tile_items)),
          best(static_cast<std::size_t>(block_queries * lists)),
          thresholds(static_cast<std::size_t>(block_queries * (lists + 3)))
    {
    }
};

struct Task {
    ScoreKernel kernel;
    FactorTable queries;
    const ScoreAddends* added;  // null: nothing is
    FactorTable candidates;
    const CandidateFilter& filter;
    Groups groups;  // none: each query has one list
    TopK& result;
    std::atomic<std::int64_t>& refused;  // query · candidates + candidate of the first score that is not finite
};

void refuse(const Task& task, Row query, Row candidate)
{
    const std::int64_t pair = query * task.candidates.rows + candidate;
    std::int64_t known = task.refused.load();
    while (pair < known && !task.refused.compare_exchange_weak(known, pair)) {
    }
}

/// Scores of the block's queries with candidates first … first + count; those behind are of no meaning.
void score_tile(const Task& task, Row queries, Row first, Row count, Workspace& work)
{
    const Row lanes = task.kernel.lanes;
    const Row width = task.candidates.width;
    const Row strips = (count + 2 * lanes - 1) / (2 * lanes) * 2;
    task.kernel.pack(task.candidates.row(first), count, width, work.candidates.get());
    task.kernel.multiply(work.queries.get(), (queries + lanes - 1) / lanes, work.candidates.get(), strips, width,
                         tile_items, work.scores.get());
}

/// Adds to a tile of one query's scores what its candidates bring.
void add_to_tile(const ScoreAddends& added, Row query, Row first, Row count, std::size_t& next, float* scores)
{
    const auto candidates = added.candidates_of(query);
    const auto values = added.values_of(query);
    for (; next < candidates.size() && candidates[next] < first + count; ++next)
        scores[candidates[next] - first] += values[next];
}

using TileBits = std::array<std::uint32_t, tile_words>;

/// Which of candidates first … first + count a query's lists may hold, whatever the group.
TileBits allowed(const CandidateFilter& filter, Row query, Row first, Row count, std::size_t& next_excluded)
{
    TileBits bits{};
    const Row words = (count + 31) / 32;
    if (filter.eligible) {
        std::ranges::copy(filter.eligible->row(filter.class_of[query]).subspan(first / 32, words), bits.begin());
    } else {
        std::fill_n(bits.begin(), words, ~std::uint32_t{0});
        if (count % 32 != 0) bits[words - 1] >>= 32 - count % 32;
    }
    if (!filter.excluded) return bits;
    const auto columns = filter.excluded->columns_of(query);
    for (; next_excluded < columns.size() && columns[next_excluded] < first + count; ++next_excluded) {
        const Row at = columns[next_excluded] - first;
        bits[at / 32] &= ~(std::uint32_t{1} << at % 32);
    }
    return bits;
}

/// A chunk of one query's scores, and which of them may be listed.
struct Chunk {
    const float* scores;
    Row first;  // candidate
    Row count;
    unsigned bits;
    float largest;  // at least that of those that may be listed
};

/// Sets the largest score; returns the place of the first that may be listed and is not finite, or −1.
Row look_at(Chunk& part)
{
    const ChunkScores seen = look_at(part.scores, part.count);
    part.largest = seen.largest;
    if (!seen.broken) return -1;
    for (Row n = 0; n < part.count; ++n)
        if ((part.bits >> n & 1U) != 0 && !std::isfinite(part.scores[n])) return n;
    part.largest = std::numeric_limits<float>::infinity();  // of one that is filtered: it says nothing
    return -1;
}

/// Offers a chunk to a query's lists of groups.
void offer_to_groups(const Chunk& part, const Groups& groups, BestList* lists, float* thresholds)
{
    const float weakest = groups.weakest(part.first / chunk, thresholds);
    if (!(part.largest > weakest)) return;
    for (unsigned bits = part.bits; bits != 0; bits &= bits - 1) {
        const Row n = std::countr_zero(bits);
        const float score = part.scores[n];
        if (!(score > weakest)) continue;
        groups.each_of(part.first + n, [&](Row g) {
            if (!(score > thresholds[g])) return;
            lists[g].take_one(score, part.first + n);
            thresholds[g] = lists[g].threshold();
        });
    }
}

/// Offers a tile of scores to the lists of one query; returns the candidate that is not finite, or −1.
Row offer_tile(const Task& task, const float* scores, Row first, Row count, const TileBits& bits, BestList* lists,
               float* thresholds)
{
    for (Row c = 0; c * chunk < count; ++c) {
        const Row at = c * chunk;
        Chunk part{scores + at, first + at, std::min(chunk, count - at), bits[c / 2] >> c % 2 * chunk & all_of_chunk,
                   0};
        if (part.bits == 0) continue;
        if (const Row bad = look_at(part); bad >= 0) return part.first + bad;
        if (task.groups.count() > 0)
            offer_to_groups(part, task.groups, lists, thresholds);
        else if (lists->may_take(part.largest))
            lists->take(part.scores, part.first, part.bits);
    }
    return -1;
}

void write_list(TopK& result, Row row, BestList& best)
{
    const auto list = best.finish();
    for (std::size_t n = 0; n < list.size(); ++n) {
        result.items[row * result.k + n] = list[n].item;
        result.scores[row * result.k + n] = list[n].score;
    }
    result.filled[row] = static_cast<std::int32_t>(list.size());
}

void solve_block(const Task& task, Row first_query, Row rows, Workspace& work)
{
    const Row lists = task.filter.lists();
    task.kernel.pack(task.queries.row(first_query), rows, task.queries.width, work.queries.get());
    std::ranges::fill(work.next_excluded, 0);
    std::ranges::fill(work.next_added, 0);
    // one list meets many candidates and is cut seldom; a group's meets few, and a threshold that comes late lets in all
    const Row slack = task.groups.count() > 0 ? 32 : 128;
    for (Row list = 0; list < rows * lists; ++list) work.best[list].start(task.result.k, task.candidates.rows, slack);
    std::ranges::fill(work.thresholds, -std::numeric_limits<float>::infinity());

    for (Row first = 0; first < task.candidates.rows; first += tile_items) {
        const Row count = std::min(tile_items, task.candidates.rows - first);
        score_tile(task, rows, first, count, work);
        for (Row slot = 0; slot < rows; ++slot) {
            const Row query = first_query + slot;
            float* scores = work.scores.get() + slot * tile_items;
            if (task.added) add_to_tile(*task.added, query, first, count, work.next_added[slot], scores);
            const TileBits bits = allowed(task.filter, query, first, count, work.next_excluded[slot]);
            const Row bad = offer_tile(task, scores, first, count, bits, &work.best[slot * lists],
                                       &work.thresholds[slot * task.groups.stride()]);
            if (bad >= 0) return refuse(task, query, bad);
        }
    }
    for (Row list = 0; list < rows * lists; ++list)
        write_list(task.result, first_query * lists + list, work.best[list]);
}

/// Whole blocks where there are enough of them for all threads.
Row queries_per_block(Row queries)
{
    const Row share = (queries + omp_get_max_threads() - 1) / omp_get_max_threads();
    return std::clamp<Row>((share + 15) / 16 * 16, 16, block_queries);
}

}  // namespace

TopK cpu_top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter, Row k)
{
    const Row rows = queries.rows.rows;
    queries.check(candidates.rows);
    filter.check(rows, candidates.rows);
    TopK result(rows * filter.lists(), k);
    if (result.rows() == 0) return result;
    constexpr auto none = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> refused = none;
    const Task task{score_kernel(best_instruction_set()),
                    queries.rows,
                    queries.added,
                    candidates,
                    filter,
                    filter.groups ? Groups(*filter.groups) : Groups(),
                    result,
                    refused};
    const Row block = queries_per_block(rows);
#pragma omp parallel
    {
        Workspace work(candidates.width, filter.lists());
#pragma omp for schedule(dynamic)
        for (Row first = 0; first < rows; first += block) solve_block(task, first, std::min(block, rows - first), work);
    }
    if (refused != none) refuse_score(refused / candidates.rows, refused % candidates.rows);
    return result;
}

Scorer cpu_scorer(FactorTable candidates)
{
    return [=](const Queries& queries, const CandidateFilter& filter, Row k) {
        return cpu_top_k(queries, candidates, filter, k);
    };
}

}  // namespace alster
