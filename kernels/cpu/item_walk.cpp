#include "kernels/cpu/item_walk.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr Offset block_entries = Offset{1} << 26;

/// The users of consecutive items, ascending.
struct UsersOfItems {
    RowRange items;
    std::vector<Offset> offsets;  // (items + 1)
    std::vector<std::int32_t> users;

    [[nodiscard]] std::span<const std::int32_t> of(Row item) const
    {
        const Row i = item - items.first;
        return std::span(users).subspan(offsets[i], offsets[i + 1] - offsets[i]);
    }
};

/// Entries of each item in the histories, which may be sampled.
std::vector<Offset> entries_of_items(const Histories& histories)
{
    std::vector<Offset> entries(histories.counts.size());
    for (const Column item : histories.rows.columns) ++entries[item];
    return entries;
}

/// As many of the next items as there is room for, at least one.
RowRange next_block(std::span<const Offset> entries, Row first, Row last)
{
    Offset sum = entries[first];
    Row end = first + 1;
    while (end < last && sum + entries[end] <= block_entries) sum += entries[end++];
    return {first, end};
}

UsersOfItems transposed(const Histories& histories, std::span<const Offset> entries, RowRange items)
{
    UsersOfItems users{.items = items, .offsets = {0}, .users = {}};
    for (Row i = items.first; i < items.last; ++i) users.offsets.push_back(users.offsets.back() + entries[i]);
    users.users.resize(users.offsets.back());
    std::vector<Offset> next(users.offsets.begin(), users.offsets.end() - 1);
    for (Row v = 0; v < histories.rows.rows(); ++v)
        for (const Column item : histories.rows.columns_of(v))
            if (item >= items.first && item < items.last)
                users.users[next[item - items.first]++] = static_cast<std::int32_t>(v);
    return users;
}

/// The best of one item's weights: cut back when there are twice as many, so that one selection pays for many.
class BestWeights {
public:
    explicit BestWeights(Row most) : most_(static_cast<std::size_t>(most)) {}

    void start()
    {
        kept_.clear();
        threshold_ = {0, -1};  // what is 0 is not kept
    }

    void offer(double weight, Row item)
    {
        const Scored one{static_cast<float>(weight), static_cast<std::int32_t>(item)};
        if (!(one < threshold_)) return;
        kept_.push_back(one);
        if (kept_.size() >= 2 * most_ + 64) cut();
    }

    std::span<const Scored> finish()
    {
        if (kept_.size() > most_) cut();
        std::sort(kept_.begin(), kept_.end());
        return kept_;
    }

private:
    void cut()
    {
        std::nth_element(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(most_ - 1), kept_.end());
        kept_.resize(most_);
        threshold_ = kept_.back();
    }

    std::size_t most_;
    Scored threshold_;
    std::vector<Scored> kept_;
};

/// What one thread needs: a sum for each item, 0 between two sources.
class Walker {
public:
    Walker(const Histories& histories, const WalkScales& scales, Row most)
        : histories_(histories), scales_(scales), sums_(histories.counts.size()), best_(most)
    {
    }

    std::span<const Scored> neighbours(Row source, std::span<const std::int32_t> users)
    {
        const Offset met = add_steps(users);
        sums_[source] = 0;
        best_.start();
        // a popular item meets nearly all others: looking at each once is less than looking at its users again
        if (met >= std::ssize(sums_))
            for (Row j = 0; j < std::ssize(sums_); ++j) take(source, j);
        else
            for (const auto v : users)
                for (const Column j : histories_.rows.columns_of(v)) take(source, j);
        return best_.finish();
    }

private:
    Offset add_steps(std::span<const std::int32_t> users)
    {
        Offset met = 0;
        double* sums = sums_.data();
        for (const auto v : users) {
            const auto items = histories_.rows.columns_of(v);
            add_step(items, histories_.steps[v], sums);
            met += std::ssize(items);
        }
        return met;
    }

    /// Four at a time: items of a history differ, so that no sum waits for another. The compiler cannot know that.
    static void add_step(std::span<const Column> items, double step, double* sums)
    {
        std::size_t n = 0;
        for (; n + 4 <= items.size(); n += 4) {
            const Column* j = items.data() + n;
            const double a = sums[j[0]], b = sums[j[1]], c = sums[j[2]], d = sums[j[3]];
            sums[j[0]] = a + step;
            sums[j[1]] = b + step;
            sums[j[2]] = c + step;
            sums[j[3]] = d + step;
        }
        for (; n < items.size(); ++n) sums[items[n]] += step;
    }

    void take(Row source, Row j)
    {
        const double sum = sums_[j];
        if (sum == 0) return;
        sums_[j] = 0;
        best_.offer(scales_.source[source] * (sum * scales_.target[j]), j);
    }

    const Histories& histories_;
    const WalkScales& scales_;
    std::vector<double> sums_;
    BestWeights best_;
};

}  // namespace

ItemWalk cpu_item_walk(const Histories& histories, const ItemWalkRule& rule, RowRange sources)
{
    const WalkScales scales(histories.counts, rule.b);
    const auto entries = entries_of_items(histories);
    ItemWalk walk;
    for (Row first = sources.first; first < sources.last;) {
        const UsersOfItems users = transposed(histories, entries, next_block(entries, first, sources.last));
        std::vector<std::vector<Scored>> found(users.items.size());
#pragma omp parallel
        {
            Walker walker(histories, scales, rule.most);
#pragma omp for schedule(dynamic, 8)
            for (Row i = users.items.first; i < users.items.last; ++i) {
                const auto best = walker.neighbours(i, users.of(i));
                found[i - users.items.first].assign(best.begin(), best.end());
            }
        }
        for (const auto& list : found) walk.append(list);
        first = users.items.last;
    }
    return walk;
}

}  // namespace alster
