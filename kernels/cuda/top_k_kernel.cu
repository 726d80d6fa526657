// Scores and selection in one kernel: a score never reaches global memory unless it may be among its query's best.
//
//   computes  for each query q, and each group of candidates, the k largest of q·y over the candidates y of the group
//             that are not excluded and that its class may see; to some products something is added first
//
//   layout    queries and candidates (rows, width) row-major; a buffer of keys for each list that is being worked on,
//             the group's before the query; classes and groups as bits, 32 candidates a word
//
//   mapping   a block takes 128 queries at a time and passes over all candidates, 128 at a time; a thread of its 256
//             holds 8×8 scores in registers
//
//   cost      2·rows·items·width flop in fp32; of global memory the candidates once for 128 queries (from the
//             second-level cache, mostly), the keys that pass the threshold, and the lists
//
// A score is one chain of fused multiply-adds by ascending factor, so it depends on nothing but the two rows; keys are
// totally ordered, so the list does not depend on the order in which they were found.
#include "kernels/cuda/device.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/top_k_launch.hpp"

namespace alster {

namespace {

constexpr int threads = 256;
constexpr int warps = threads / 32;
constexpr int step = 16;                   // factors staged at a time
constexpr int stride = top_k_queries + 4;  // keeps the rows of a panel apart in the banks
constexpr int held = 8;                    // scores of a thread are held × held
constexpr int mask_words = top_k_candidates / 32;

static_assert(top_k_queries == top_k_candidates && top_k_queries == held * 16 && threads == 16 * 16);

struct alignas(16) Panel {
    float values[step][stride];
};

/// What a block keeps of its queries.
struct Selection {
    RankedKey threshold[top_k_queries];            // the k-th best so far; 0: there are fewer
    int count[top_k_queries];                      // keys in the buffer
    Offset next_excluded[top_k_queries];           // the first excluded entry that was not passed yet
    unsigned left_out[top_k_queries][mask_words];  // of the tile, whatever the group: excluded, or not for the class
};

/// What is added to a block's scores; only of launches that add something.
struct Addends {
    Offset next[top_k_queries];                 // the first entry that no tile has passed yet
    Offset first[top_k_queries];                // the first entry of the tile
    unsigned marks[top_k_queries][mask_words];  // candidates of the tile that have an entry
};

/// Rows of a tile that a thread holds: 0 … 3 of its first four and 64 behind them, so that a half-warp's reads of 16
/// bytes fall into different banks.
__device__ int place(int thread, int n) { return n / 4 * 64 + thread * 4 + n % 4; }

/// panel[a][r] = from[first + r][factor + a], 0 outside.
__device__ void stage(const float* from, Row rows, int width, Row first, int factor, float (*panel)[stride])
{
    const int a = static_cast<int>(threadIdx.x) % step;
    for (int r = static_cast<int>(threadIdx.x) / step; r < top_k_queries; r += threads / step)
        panel[a][r] = first + r < rows && factor + a < width ? from[(first + r) * width + factor + a] : 0.0F;
}

/// A thread's elements of one row of a panel, 16 bytes at a time.
__device__ void read(const float* panel, int thread, float (&values)[held])
{
#pragma unroll
    for (int n = 0; n < held; n += 4) {
        const float4 four = *reinterpret_cast<const float4*>(panel + place(thread, n));
        values[n] = four.x;
        values[n + 1] = four.y;
        values[n + 2] = four.z;
        values[n + 3] = four.w;
    }
}

__device__ void multiply(const float (*left)[stride], const float (*right)[stride], float (&scores)[held][held])
{
    const int row = static_cast<int>(threadIdx.x) / 16;
    const int column = static_cast<int>(threadIdx.x) % 16;
#pragma unroll 4
    for (int a = 0; a < step; ++a) {
        float q[held];
        float y[held];
        read(left[a], row, q);
        read(right[a], column, y);
#pragma unroll
        for (int r = 0; r < held; ++r)
#pragma unroll
            for (int c = 0; c < held; ++c) scores[r][c] = fmaf(q[r], y[c], scores[r][c]);
    }
}

/// Larger for a better candidate: a larger score, then a lower number.
__device__ RankedKey key_of(float score, Row candidate)
{
    const unsigned bits = __float_as_uint(score + 0.0F);  // −0 is 0
    const unsigned ordered = bits & 0x80000000U ? ~bits : bits | 0x80000000U;
    return static_cast<RankedKey>(ordered) << 32 | (0xffffffffU - static_cast<unsigned>(candidate));
}

__device__ float score_of(RankedKey key)
{
    const auto ordered = static_cast<unsigned>(key >> 32);
    return __uint_as_float(ordered & 0x80000000U ? ordered & 0x7fffffffU : ~ordered);
}

__device__ std::int32_t candidate_of(RankedKey key)
{
    return static_cast<std::int32_t>(0xffffffffU - static_cast<unsigned>(key));
}

/// A word of a row of bits, of the tile that begins at `first`; 0 behind the row's end.
__device__ unsigned word_of(const std::uint32_t* rows, Row words, Row row, Row first, int word)
{
    const Row at = first / 32 + word;
    return at < words ? rows[row * words + at] : 0;
}

/// Marks what the tile that begins at `first` holds of candidates to leave out: a thread for each query.
__device__ void mark_left_out(const TopKLaunch& launch, Row first_query, Row first, Selection& selection)
{
    const int q = static_cast<int>(threadIdx.x);
    if (q >= top_k_queries || first_query + q >= launch.rows) return;
    unsigned marks[mask_words] = {};
    if (launch.eligible)
        for (int word = 0; word < mask_words; ++word)
            marks[word] = ~word_of(launch.eligible, launch.words, launch.class_of[first_query + q], first, word);
    if (launch.excluded_offsets) {
        const Offset last = launch.excluded_offsets[first_query + q + 1];
        Offset& next = selection.next_excluded[q];
        for (; next < last && launch.excluded_columns[next] < first + top_k_candidates; ++next) {
            const auto at = static_cast<unsigned>(launch.excluded_columns[next] - first);
            marks[at / 32] |= 1U << at % 32;
        }
    }
    for (int word = 0; word < mask_words; ++word) selection.left_out[q][word] = marks[word];
}

/// Threads that have nothing to do with a query's own state, one for each query; −1: none of them.
__device__ int second_half() { return static_cast<int>(threadIdx.x) - top_k_queries; }

__device__ void start_addends(const TopKLaunch& launch, Row first_query, Addends& added)
{
    const int q = second_half();
    if (q >= 0) added.next[q] = first_query + q < launch.rows ? launch.added_offsets[first_query + q] : 0;
}

/// Marks what the tile that begins at `first` holds of candidates with addends: a thread for each query.
__device__ void mark_addends(const TopKLaunch& launch, Row first_query, Row first, Addends& added)
{
    const int q = second_half();
    if (q < 0 || first_query + q >= launch.rows) return;
    unsigned marks[mask_words] = {};
    const Offset last = launch.added_offsets[first_query + q + 1];
    Offset next = added.next[q];
    added.first[q] = next;
    for (; next < last && launch.added_candidates[next] < first + top_k_candidates; ++next) {
        const auto at = static_cast<unsigned>(launch.added_candidates[next] - first);
        marks[at / 32] |= 1U << at % 32;
    }
    added.next[q] = next;
    for (int word = 0; word < mask_words; ++word) added.marks[q][word] = marks[word];
}

/// A score with what its candidate brings: entries ascend, so the marks before it count to its own.
__device__ float with_addend(const TopKLaunch& launch, const Addends& added, int q, int at, float score)
{
    const unsigned* marks = added.marks[q];
    const unsigned bit = 1U << at % 32;
    if ((marks[at / 32] & bit) == 0) return score;
    int before = __popc(marks[at / 32] & (bit - 1));
    for (int word = 0; word < at / 32; ++word) before += __popc(marks[word]);
    return score + launch.added_values[added.first[q] + before];
}

/// The state of a group's lists: where a block keeps it while it works on other groups.
__device__ std::int64_t state_at(const TopKLaunch& launch, int group, int q)
{
    return (static_cast<std::int64_t>(blockIdx.x) * launch.groups + group) * top_k_queries + q;
}

/// Between these a group's state is that of the selection. They wait for the block's threads, as what lies between
/// them is written by others.
template <bool Grouped>
__device__ void enter_group(const TopKLaunch& launch, int group, Selection& selection)
{
    const int q = static_cast<int>(threadIdx.x);
    if (!Grouped) return;
    if (q < top_k_queries) {
        selection.threshold[q] = launch.thresholds[state_at(launch, group, q)];
        selection.count[q] = launch.counts[state_at(launch, group, q)];
    }
    __syncthreads();
}

template <bool Grouped>
__device__ void leave_group(const TopKLaunch& launch, int group, const Selection& selection)
{
    const int q = static_cast<int>(threadIdx.x);
    __syncthreads();
    if (!Grouped || q >= top_k_queries) return;
    launch.thresholds[state_at(launch, group, q)] = selection.threshold[q];
    launch.counts[state_at(launch, group, q)] = selection.count[q];
}

/// Puts a key into the buffers of those groups that hold its candidate, where it may be among the best.
__device__ void offer_to_groups(const TopKLaunch& launch, Row candidate, int q, RankedKey key)
{
    for (int word = 0; word < launch.group_words; ++word)
        for (unsigned bits = launch.groups_of[candidate * launch.group_words + word]; bits != 0; bits &= bits - 1) {
            const std::int64_t list = state_at(launch, word * 32 + __ffs(static_cast<int>(bits)) - 1, q);
            if (key > launch.thresholds[list])
                launch.buffers[list * launch.capacity + atomicAdd(&launch.counts[list], 1)] = key;
        }
}

/// Puts the thread's scores that may be among the best into their queries' buffers.
template <bool Grouped, bool Added>
__device__ void offer(const TopKLaunch& launch, Row first_query, Row first, const float (&scores)[held][held],
                      Selection& selection, const Addends* added, RankedKey* buffer)
{
    const int row = static_cast<int>(threadIdx.x) / 16;
    const int column = static_cast<int>(threadIdx.x) % 16;
#pragma unroll
    for (int r = 0; r < held; ++r) {
        const int q = place(row, r);
        const RankedKey threshold = selection.threshold[q];
#pragma unroll
        for (int c = 0; c < held; ++c) {
            const int at = place(column, c);
            const Row candidate = first + at;
            if (first_query + q >= launch.rows || candidate >= launch.items) continue;
            if (selection.left_out[q][at / 32] >> at % 32 & 1U) continue;
            float score = scores[r][c];
            if constexpr (Added) score = with_addend(launch, *added, q, at, score);
            if (!isfinite(score)) {
                atomicMin(launch.refused,
                          static_cast<unsigned long long>((first_query + q) * launch.items + candidate));
                continue;
            }
            const RankedKey key = key_of(score, candidate);
            if constexpr (Grouped)
                offer_to_groups(launch, candidate, q, key);
            else if (key > threshold)
                buffer[q * launch.capacity + atomicAdd(&selection.count[q], 1)] = key;
        }
    }
}

/// A warp sorts keys in descending order: a bitonic network over the next power of 2, which the buffer has room for.
__device__ void sort(RankedKey* keys, int count)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    int size = 1;
    while (size < count) size *= 2;
    for (int e = count + lane; e < size; e += 32) keys[e] = 0;
    __syncwarp();
    for (int run = 2; run <= size; run *= 2)
        for (int distance = run / 2; distance > 0; distance /= 2) {
            for (int e = lane; e < size / 2; e += 32) {
                const int i = 2 * e - (e & (distance - 1));
                const RankedKey a = keys[i];
                const RankedKey b = keys[i + distance];
                if ((a < b) == ((i & run) == 0)) {
                    keys[i] = b;
                    keys[i + distance] = a;
                }
            }
            __syncwarp();
        }
}

/// Cuts the buffers back to the k best, where the next tile might not fit (or all of them, `at_end`): a warp for each.
__device__ void cut(const TopKLaunch& launch, Selection& selection, RankedKey* buffer, bool at_end)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    for (int q = static_cast<int>(threadIdx.x) / 32; q < top_k_queries; q += warps) {
        const int count = selection.count[q];
        if (!at_end && count + top_k_candidates <= launch.capacity) continue;
        RankedKey* keys = buffer + q * launch.capacity;
        sort(keys, count);
        if (lane == 0 && count >= launch.k) {
            selection.count[q] = launch.k;
            selection.threshold[q] = keys[launch.k - 1];
        }
        __syncwarp();
    }
}

__device__ void write_lists(const TopKLaunch& launch, Row first_query, int group, const Selection& selection,
                            const RankedKey* buffer)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    for (int q = static_cast<int>(threadIdx.x) / 32; q < top_k_queries && first_query + q < launch.rows; q += warps) {
        const RankedKey* keys = buffer + q * launch.capacity;
        const Row list = (first_query + q) * launch.groups + group;
        for (int n = lane; n < selection.count[q]; n += 32) {
            launch.found[list * launch.k + n] = candidate_of(keys[n]);
            launch.scores[list * launch.k + n] = score_of(keys[n]);
        }
        if (lane == 0) launch.filled[list] = selection.count[q];
    }
}

__device__ void start(const TopKLaunch& launch, Row first_query, Selection& selection)
{
    const int q = static_cast<int>(threadIdx.x);
    if (q >= top_k_queries) return;
    selection.threshold[q] = 0;
    selection.count[q] = 0;
    const bool marks = launch.excluded_offsets && first_query + q < launch.rows;
    selection.next_excluded[q] = marks ? launch.excluded_offsets[first_query + q] : 0;
    for (unsigned& word : selection.left_out[q]) word = 0;
    if (launch.groups_of)
        for (int group = 0; group < launch.groups; ++group) {
            launch.thresholds[state_at(launch, group, q)] = 0;
            launch.counts[state_at(launch, group, q)] = 0;
        }
}

template <bool Grouped, bool Added>
__global__ void __launch_bounds__(threads, Grouped || Added ? 1 : 2) top_k_kernel(TopKLaunch launch)
{
    SHARED(Panel, panels, [2]);
    auto& left = panels[0].values;
    auto& right = panels[1].values;
    SHARED(Selection, shared, [1]);
    Selection& selection = shared[0];
    SHARED(Addends, addends, [1]);
    const auto buffer_of = [&](int group) { return launch.buffers + state_at(launch, group, 0) * launch.capacity; };
    const Row stripe = static_cast<Row>(gridDim.x) * top_k_queries;
    for (Row query = static_cast<Row>(blockIdx.x) * top_k_queries; query < launch.rows; query += stripe) {
        start(launch, query, selection);
        if constexpr (Added) start_addends(launch, query, addends[0]);
        __syncthreads();
        for (Row first = 0; first < launch.items; first += top_k_candidates) {
            float scores[held][held] = {};
            for (int factor = 0; factor < launch.width; factor += step) {
                stage(launch.queries, launch.rows, launch.width, query, factor, left);
                stage(launch.candidates, launch.items, launch.width, first, factor, right);
                __syncthreads();
                multiply(left, right, scores);
                __syncthreads();
            }
            mark_left_out(launch, query, first, selection);
            if constexpr (Added) mark_addends(launch, query, first, addends[0]);
            __syncthreads();
            offer<Grouped, Added>(launch, query, first, scores, selection, addends, buffer_of(0));
            __syncthreads();
            for (int group = 0; group < launch.groups; ++group) {
                enter_group<Grouped>(launch, group, selection);
                cut(launch, selection, buffer_of(group), false);
                leave_group<Grouped>(launch, group, selection);
            }
        }
        for (int group = 0; group < launch.groups; ++group) {
            enter_group<Grouped>(launch, group, selection);
            cut(launch, selection, buffer_of(group), true);
            __syncthreads();
            write_lists(launch, query, group, selection, buffer_of(group));
            __syncthreads();
        }
    }
}

}  // namespace

std::int64_t top_k_capacity(Row k)
{
    std::int64_t capacity = 512;
    while (capacity < k + 3 * top_k_candidates) capacity *= 2;
    return capacity;
}

void launch_top_k(const TopKLaunch& work)
{
    const auto blocks = dim3(static_cast<unsigned>(work.blocks));
    const auto start = [&](auto kernel) { launch(kernel, blocks, dim3(threads), 0, work.stream, work); };
    if (work.groups_of)
        start(work.added_offsets ? top_k_kernel<true, true> : top_k_kernel<true, false>);
    else
        start(work.added_offsets ? top_k_kernel<false, true> : top_k_kernel<false, false>);
    check(cudaGetLastError());
}

}  // namespace alster
