#include "kernels/cpu/top_k.hpp"

#include <cblas.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "kernels/backend.hpp"

namespace alster {

namespace {

constexpr Row tile_items = 512;  // with 64 queries 128 KiB of scores: they stay in the second cache
constexpr Row scan_step = 16;    // scores compared with the threshold at a time
constexpr float masked = -std::numeric_limits<float>::infinity();

/// The best of one row so far: at least the k best are in `kept`, unordered, and what cannot be among them any more is
/// not let in. `kept` is cut back to k when it is full, so that one selection pays for k + slack insertions.
class Best {
public:
    void start(Row k, Row candidates)
    {
        k_ = static_cast<std::size_t>(k);
        capacity_ = static_cast<std::size_t>(std::min(candidates, 2 * k + slack));
        threshold_ = masked;
        kept_.clear();
        kept_.reserve(capacity_);
    }

    /// Takes the scores of candidates first, first + 1 … in; returns the first that is not finite, or -1.
    Row offer(const float* scores, Row first, Row count)
    {
        for (Row begin = 0; begin < count; begin += scan_step) {
            const Row end = std::min(begin + scan_step, count);
            if (!any_above(scores + begin, end - begin)) continue;
            for (Row n = begin; n < end; ++n) {
                if (scores[n] <= threshold_) continue;  // candidates come in ascending order: a tie is behind
                if (!std::isfinite(scores[n])) return first + n;
                kept_.push_back({scores[n], static_cast<std::int32_t>(first + n)});
                if (kept_.size() == capacity_ && capacity_ > k_) cut();
            }
        }
        return -1;
    }

    /// The k best in order.
    std::span<const Scored> finish()
    {
        const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(std::min(k_, kept_.size()));
        std::partial_sort(kept_.begin(), end, kept_.end());
        return {kept_.begin(), end};
    }

private:
    static constexpr Row slack = 256;

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
        std::nth_element(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1), kept_.end());
        kept_.resize(k_);
        threshold_ = kept_.back().score;
    }

    std::size_t k_ = 0;
    std::size_t capacity_ = 0;
    float threshold_ = masked;
    std::vector<Scored> kept_;
};

/// What one thread needs for a block of queries.
struct Workspace {
    std::vector<float> queries;  // (rows_per_chunk, width): the last block is filled up with zeros, so that a row's
                                 // score has the same bits whether it comes alone or among others
    std::vector<float> scores;   // (rows_per_chunk, tile_items)
    std::vector<Best> best = std::vector<Best>(rows_per_chunk);
    std::vector<std::size_t> next_seen = std::vector<std::size_t>(rows_per_chunk);  // first seen entry not yet passed

    explicit Workspace(Row width) : queries(rows_per_chunk * width), scores(rows_per_chunk * tile_items) {}
};

struct Task {
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

void score_tile(const Workspace& work, FactorTable candidates, Row first, Row count, float* scores)
{
    const auto w = static_cast<blasint>(candidates.width);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows_per_chunk, static_cast<blasint>(count), w, 1.0F,
                work.queries.data(), w, candidates.row(first), w, 0.0F, scores, static_cast<blasint>(tile_items));
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

void solve_block(const Task& task, Row first_query, Workspace& work)
{
    const Row rows = std::min(rows_per_chunk, task.queries.rows - first_query);
    const auto filled = std::copy_n(task.queries.row(first_query), rows * task.queries.width, work.queries.begin());
    std::fill(filled, work.queries.end(), 0.0F);
    std::fill(work.next_seen.begin(), work.next_seen.end(), 0);
    for (Row slot = 0; slot < rows; ++slot) work.best[slot].start(task.result.k, task.candidates.rows);

    for (Row first = 0; first < task.candidates.rows; first += tile_items) {
        const Row count = std::min(tile_items, task.candidates.rows - first);
        score_tile(work, task.candidates, first, count, work.scores.data());
        for (Row slot = 0; slot < rows; ++slot) {
            if (task.seen) mask_seen(work, *task.seen, first_query + slot, slot, first, count);
            const Row bad = work.best[slot].offer(work.scores.data() + slot * tile_items, first, count);
            if (bad >= 0) return refuse(task, first_query + slot, bad);
        }
    }
    for (Row slot = 0; slot < rows; ++slot) {
        write_list(task, first_query + slot, work.best[slot]);
        if (lost_one(task, first_query + slot)) return refuse(task, first_query + slot, 0);
    }
}

}  // namespace

TopK cpu_top_k(FactorTable queries, FactorTable candidates, const Interactions* seen, Row k)
{
    TopK result(queries.rows, k);
    constexpr auto none = std::numeric_limits<std::int64_t>::max();
    std::atomic<std::int64_t> refused = none;
    const Task task{queries, candidates, seen, result, refused};
    openblas_set_num_threads(1);  // the threads are ours: one block of queries each
#pragma omp parallel
    {
        Workspace work(queries.width);
#pragma omp for schedule(dynamic)
        for (Row first = 0; first < queries.rows; first += rows_per_chunk) solve_block(task, first, work);
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
