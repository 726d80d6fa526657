#include "kernels/cpu/top_k.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/isa/score_tile.hpp"

namespace alster {

namespace {

constexpr Row tile_items = 512;     // with 128 queries 256 KiB of scores: they stay in the second cache
constexpr Row block_queries = 128;  // for which a tile of candidates is packed once
constexpr Row scan_step = 16;       // scores compared with the threshold at a time
constexpr float masked = -std::numeric_limits<float>::infinity();

/// The best of one row so far: at least the k best are in `kept`, unordered, and what cannot be among them any more is
/// not let in. `kept` is cut back to k when it is full, so that one selection pays for many insertions.
class Best {
public:
    void start(Row k, Row candidates)
    {
        k_ = static_cast<std::size_t>(k);
        capacity_ = static_cast<std::size_t>(std::min(candidates, k + std::max(least_slack, k / 2)));
        threshold_ = masked;
        count_ = 0;
        kept_.resize(capacity_ + scan_step);
    }

    /// Takes the scores of candidates first, first + 1 … in; returns the first that is not finite, or -1.
    Row offer(const float* scores, Row first, Row count)
    {
        for (Row begin = 0; begin < count; begin += scan_step) {
            const Row end = std::min(begin + scan_step, count);
            if (!any_above(scores + begin, end - begin)) continue;
            const std::size_t before = count_;
            for (Row n = begin; n < end; ++n) {  // all are written, those above are counted: no branch to mispredict
                kept_[count_] = {scores[n], static_cast<std::int32_t>(first + n)};
                count_ += !(scores[n] <= threshold_);  // candidates come in ascending order: a tie is behind
            }
            for (std::size_t n = before; n < count_; ++n)
                if (!std::isfinite(kept_[n].score)) return kept_[n].item;
            if (count_ >= capacity_ && count_ > k_) cut();
        }
        return -1;
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

    /// NaN counts as above: it must not slip through.
    [[nodiscard]] bool any_above(const float* scores, Row count) const
    {
        int above = 0;
        if (count == scan_step)  // a fixed length makes vector code of it
            for (Row n = 0; n < scan_step; ++n) above |= !(scores[n] <= threshold_);
        else
            for (Row n = 0; n < count; ++n) above |= !(scores[n] <= threshold_);
        return above != 0;
    }

    void cut()
    {
        const auto kth = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
        std::nth_element(kept_.begin(), kth, kept_.begin() + static_cast<std::ptrdiff_t>(count_));
        count_ = k_;
        threshold_ = kth->score;
    }

    std::size_t k_ = 0;
    std::size_t capacity_ = 0;
    float threshold_ = masked;
    std::size_t count_ = 0;
    std::vector<Scored> kept_;  // (capacity + scan_step), `count` of them
};

/// What one thread needs for a block of queries.
struct Workspace {
    AlignedFloats queries;     // strips of the block
    AlignedFloats candidates;  // strips of a tile
    AlignedFloats scores;      // (block_queries, tile_items)
    std::vector<Best> best = std::vector<Best>(block_queries);
    std::vector<std::size_t> next_seen = std::vector<std::size_t>(block_queries);  // first seen entry not yet passed

    explicit Workspace(Row width)
        : queries(make_aligned_floats(block_queries * width)),
          candidates(make_aligned_floats(tile_items * width)),
          scores(make_aligned_floats(block_queries * tile_items))
    {
    }
};

struct Task {
    ScoreKernel kernel;
    FactorTable queries;
    FactorTable candidates;
    const Interactions* seen;
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

void mask_seen(Workspace& work, const Interactions& seen, Row query, Row slot, Row first, Row count)
{
    const auto columns = seen.columns_of(query);
    std::size_t& next = work.next_seen[slot];
    for (; next < columns.size() && columns[next] < first + count; ++next)
        work.scores[slot * tile_items + (columns[next] - first)] = masked;
}

void write_list(const Task& task, Row query, Best& best)
{
    const auto list = best.finish();
    TopK& result = task.result;
    for (std::size_t n = 0; n < list.size(); ++n) {
        result.items[query * result.k + n] = list[n].item;
        result.scores[query * result.k + n] = list[n].score;
    }
    result.filled[query] = static_cast<std::int32_t>(list.size());
}

/// -inf is also the mark of what is left out: a list shorter than it must be has lost a score of -inf.
bool lost_one(const Task& task, Row query)
{
    const Row left = task.candidates.rows - (task.seen ? task.seen->entries(query) : 0);
    return task.result.filled[query] < std::min(task.result.k, left);
}

void solve_block(const Task& task, Row first_query, Row rows, Workspace& work)
{
    task.kernel.pack(task.queries.row(first_query), rows, task.queries.width, work.queries.get());
    std::fill(work.next_seen.begin(), work.next_seen.end(), 0);
    for (Row slot = 0; slot < rows; ++slot) work.best[slot].start(task.result.k, task.candidates.rows);

    for (Row first = 0; first < task.candidates.rows; first += tile_items) {
        const Row count = std::min(tile_items, task.candidates.rows - first);
        score_tile(task, rows, first, count, work);
        for (Row slot = 0; slot < rows; ++slot) {
            if (task.seen) mask_seen(work, *task.seen, first_query + slot, slot, first, count);
            const Row bad = work.best[slot].offer(work.scores.get() + slot * tile_items, first, count);
            if (bad >= 0) return refuse(task, first_query + slot, bad);
        }
    }
    for (Row slot = 0; slot < rows; ++slot) {
        write_list(task, first_query + slot, work.best[slot]);
        if (lost_one(task, first_query + slot)) return refuse(task, first_query + slot, 0);
    }
}

/// Whole blocks where there are enough of them for all threads.
Row queries_per_block(Row queries)
{
    const Row share = (queries + omp_get_max_threads() - 1) / omp_get_max_threads();
    return std::clamp<Row>((share + 15) / 16 * 16, 16, block_queries);
}

}  // namespace

TopK cpu_top_k(FactorTable queries, FactorTable candidates, const Interactions* seen, Row k)
{
    TopK result(queries.rows, k);
    constexpr auto none = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> refused = none;
    const Task task{score_kernel(best_instruction_set()), queries, candidates, seen, result, refused};
    const Row block = queries_per_block(queries.rows);
#pragma omp parallel
    {
        Workspace work(queries.width);
#pragma omp for schedule(dynamic)
        for (Row first = 0; first < queries.rows; first += block)
            solve_block(task, first, std::min(block, queries.rows - first), work);
    }
    if (refused != none) refuse_score(refused / candidates.rows, refused % candidates.rows);
    return result;
}

Scorer cpu_scorer(FactorTable candidates)
{
    return
        [=](FactorTable queries, const Interactions* seen, Row k) { return cpu_top_k(queries, candidates, seen, k); };
}

}  // namespace alster
