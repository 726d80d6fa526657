#include "kernels/cpu/top_k.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>

#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/isa/score_tile.hpp"

namespace alster {

namespace {

constexpr Row tile_items = 512;     // with 128 queries 256 KiB of scores: they stay in the second cache
constexpr Row block_queries = 128;  // for which a tile of candidates is packed once
constexpr Row chunk = 16;           // scores that are looked at together
constexpr Row tile_words = tile_items / 32;
constexpr unsigned all_of_chunk = 0xffff;

/// The scores of a chunk, whether they may be listed or not.
struct ChunkScores {
    float largest;
    bool broken;  // one is not a finite number
};

template <class Count>
ChunkScores look_at(const float* scores, Count count)
{
    constexpr float most = std::numeric_limits<float>::max();
    float largest = -most;
    int broken = 0;
    for (Row n = 0; n < count; ++n) {
        largest = scores[n] > largest ? scores[n] : largest;
        broken |= !(std::abs(scores[n]) <= most);
    }
    return {largest, broken != 0};
}

/// The best of one list so far: at least the k best are in `kept`, unordered, and what cannot be among them any more is
/// not let in. `kept` is cut back to k when it is full, so that one selection pays for many insertions.
class Best {
public:
    void start(Row k, Row candidates)
    {
        k_ = static_cast<std::size_t>(k);
        capacity_ = static_cast<std::size_t>(std::min(candidates, k + std::max(least_slack, k / 2)));
        threshold_ = -std::numeric_limits<float>::infinity();
        count_ = 0;
        kept_.resize(capacity_ + chunk);
    }

    /// Candidates come in ascending order: one that ties with the k-th best is behind it.
    [[nodiscard]] bool may_take(float score) const { return score > threshold_; }

    /// Takes in those of candidates first, first + 1 … whose bits are set. What is looked at is written, and counted
    /// where it is to be kept: no branch to mispredict.
    void take(const float* scores, Row first, unsigned bits)
    {
        const auto offer = [&](Row n) {
            kept_[count_] = {scores[n], static_cast<std::int32_t>(first + n)};
            count_ += may_take(scores[n]);
        };
        if (bits == all_of_chunk)
            for (Row n = 0; n < chunk; ++n) offer(n);
        else
            for (; bits != 0; bits &= bits - 1) offer(std::countr_zero(bits));
        if (count_ >= capacity_ && count_ > k_) cut();
    }

    /// The k best in order.
    std::span<const Scored> finish()
    {
        const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(std::min(k_, count_));
        std::partial_sort(kept_.begin(), end, kept_.begin() + static_cast<std::ptrdiff_t>(count_));
        return {kept_.begin(), end};
    }

private:
    static constexpr Row least_slack = 128;

    void cut()
    {
        const auto kth = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
        std::nth_element(kept_.begin(), kth, kept_.begin() + static_cast<std::ptrdiff_t>(count_));
        count_ = k_;
        threshold_ = kth->score;
    }

    std::size_t k_ = 0;
    std::size_t capacity_ = 0;
    float threshold_ = 0;
    std::size_t count_ = 0;
    std::vector<Scored> kept_;  // (capacity + chunk), `count` of them
};

/// Bits of all groups, chunk by chunk of the candidates: (chunks, groups).
std::vector<std::uint16_t> by_chunk(const BitTable& groups)
{
    const Row chunks = (groups.columns() + chunk - 1) / chunk;
    std::vector<std::uint16_t> bits(static_cast<std::size_t>(chunks * groups.rows()));
    for (Row g = 0; g < groups.rows(); ++g)
        for (Row c = 0; c < chunks; ++c)
            bits[c * groups.rows() + g] = static_cast<std::uint16_t>(groups.row(g)[c / 2] >> c % 2 * chunk);
    return bits;
}

/// What one thread needs for a block of queries.
struct Workspace {
    AlignedFloats queries;                                                         // strips of the block
    AlignedFloats candidates;                                                      // strips of a tile
    AlignedFloats scores;                                                          // (block_queries, tile_items)
    std::vector<Best> best;                                                        // (block_queries, lists of a query)
    std::vector<std::size_t> next_seen = std::vector<std::size_t>(block_queries);  // first seen entry not yet passed

    Workspace(Row width, Row lists)
        : queries(make_aligned_floats(block_queries * width)),
          candidates(make_aligned_floats(tile_items * width)),
          scores(make_aligned_floats(block_queries * tile_items)),
          best(static_cast<std::size_t>(block_queries * lists))
    {
    }
};

struct Task {
    ScoreKernel kernel;
    FactorTable queries;
    FactorTable candidates;
    const CandidateFilter& filter;
    std::vector<std::uint16_t> groups;  // by_chunk(); empty: there are none
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

using TileBits = std::array<std::uint32_t, tile_words>;

/// Which of candidates first … first + count a query's lists may hold, whatever the group.
TileBits allowed(const CandidateFilter& filter, Row query, Row first, Row count, std::size_t& next_seen)
{
    TileBits bits{};
    const Row words = (count + 31) / 32;
    if (filter.eligible) {
        std::ranges::copy(filter.eligible->row(filter.class_of[query]).subspan(first / 32, words), bits.begin());
    } else {
        std::fill_n(bits.begin(), words, ~std::uint32_t{0});
        if (count % 32 != 0) bits[words - 1] >>= 32 - count % 32;
    }
    if (!filter.seen) return bits;
    const auto columns = filter.seen->columns_of(query);
    for (; next_seen < columns.size() && columns[next_seen] < first + count; ++next_seen) {
        const Row at = columns[next_seen] - first;
        bits[at / 32] &= ~(std::uint32_t{1} << at % 32);
    }
    return bits;
}

/// Offers a chunk of scores to the lists of one query; returns the place of the first that may be listed and is not
/// finite, or −1.
Row offer(const float* scores, Row first, Row count, unsigned bits, std::span<const std::uint16_t> groups,
          std::span<Best> lists)
{
    ChunkScores chunk_scores =
        count == chunk ? look_at(scores, std::integral_constant<Row, chunk>()) : look_at(scores, count);
    if (chunk_scores.broken) {
        for (Row n = 0; n < count; ++n)
            if ((bits >> n & 1U) != 0 && !std::isfinite(scores[n])) return n;
        chunk_scores.largest = std::numeric_limits<float>::infinity();  // one that is filtered: it says nothing
    }
    for (std::size_t g = 0; g < lists.size(); ++g) {
        const unsigned in_group = groups.empty() ? bits : bits & groups[g];
        if (in_group != 0 && lists[g].may_take(chunk_scores.largest)) lists[g].take(scores, first, in_group);
    }
    return -1;
}

/// Offers a tile of scores to the lists of one query; returns the candidate that is not finite, or −1.
Row offer_tile(const Task& task, const float* scores, Row first, Row count, const TileBits& bits, std::span<Best> lists)
{
    for (Row c = 0; c * chunk < count; ++c) {
        const unsigned of_chunk = bits[c / 2] >> c % 2 * chunk & all_of_chunk;
        if (of_chunk == 0) continue;
        const Row at = c * chunk;
        const auto groups = task.groups.empty()
                                ? std::span<const std::uint16_t>()
                                : std::span(task.groups).subspan((first / chunk + c) * lists.size(), lists.size());
        const Row bad = offer(scores + at, first + at, std::min(chunk, count - at), of_chunk, groups, lists);
        if (bad >= 0) return first + at + bad;
    }
    return -1;
}

void write_list(TopK& result, Row row, Best& best)
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
    std::fill(work.next_seen.begin(), work.next_seen.end(), 0);
    for (Row list = 0; list < rows * lists; ++list) work.best[list].start(task.result.k, task.candidates.rows);

    for (Row first = 0; first < task.candidates.rows; first += tile_items) {
        const Row count = std::min(tile_items, task.candidates.rows - first);
        score_tile(task, rows, first, count, work);
        for (Row slot = 0; slot < rows; ++slot) {
            const TileBits bits = allowed(task.filter, first_query + slot, first, count, work.next_seen[slot]);
            const Row bad = offer_tile(task, work.scores.get() + slot * tile_items, first, count, bits,
                                       std::span(work.best).subspan(slot * lists, lists));
            if (bad >= 0) return refuse(task, first_query + slot, bad);
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

TopK cpu_top_k(FactorTable queries, FactorTable candidates, const CandidateFilter& filter, Row k)
{
    filter.check(queries.rows, candidates.rows);
    TopK result(queries.rows * filter.lists(), k);
    constexpr auto none = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> refused = none;
    const Task task{score_kernel(best_instruction_set()),
                    queries,
                    candidates,
                    filter,
                    filter.groups ? by_chunk(*filter.groups) : std::vector<std::uint16_t>(),
                    result,
                    refused};
    const Row block = queries_per_block(queries.rows);
#pragma omp parallel
    {
        Workspace work(queries.width, filter.lists());
#pragma omp for schedule(dynamic)
        for (Row first = 0; first < queries.rows; first += block)
            solve_block(task, first, std::min(block, queries.rows - first), work);
    }
    if (refused != none) refuse_score(refused / candidates.rows, refused % candidates.rows);
    return result;
}

Scorer cpu_scorer(FactorTable candidates)
{
    return [=](FactorTable queries, const CandidateFilter& filter, Row k) {
        return cpu_top_k(queries, candidates, filter, k);
    };
}

}  // namespace alster
