#include "kernels/cuda/row_plan.hpp"

#include <algorithm>
#include <tuple>

#include "kernels/cuda/row_launch.hpp"

namespace alster {

namespace {

/// What a row is solved by.
struct Kind {
    int bin;
    bool dual;
    bool is_long;

    friend auto operator<=>(const Kind&, const Kind&) = default;
};

Kind kind_of(Offset n, Row width, const PlanLimits& limits)
{
    const bool dual = dual_is_cheaper(n, width);
    return {bin_of(tiles_of(dual ? n : width), dual, width, limits.shared_bytes), dual,
            !dual && n > limits.entries_per_chunk};
}

class Planner {
public:
    Planner(const std::vector<Offset>& offsets, Row width, const PlanLimits& limits)
        : offsets_(offsets), width_(width), limits_(limits)
    {
    }

    void add_batch(RowRange rows)
    {
        PlannedBatch batch{.rows = rows, .first_empty = std::ssize(plan_.order), .launches = {}};
        std::vector<Row> filled;
        for (Row u = rows.first; u < rows.last; ++u) (entries(u) == 0 ? plan_.order : filled).push_back(u);
        batch.empty = std::ssize(plan_.order) - batch.first_empty;
        std::stable_sort(filled.begin(), filled.end(), [&](Row a, Row b) { return before(a, b); });
        for (const Row u : filled) append(batch, u);
        plan_.launches += batch.launches.size();
        plan_.batches.push_back(std::move(batch));
    }

    RowPlan finish() { return std::move(plan_); }

private:
    [[nodiscard]] Kind kind_of(Offset n) const { return alster::kind_of(n, width_, limits_); }
    [[nodiscard]] Offset entries(Row u) const { return offsets_[u + 1] - offsets_[u]; }

    /// By bin, form and length, so that what one launch takes stands together (launches follow each other); within a
    /// launch the heaviest first, so that small ones fill its end.
    [[nodiscard]] bool before(Row a, Row b) const
    {
        const Kind x = kind_of(entries(a));
        const Kind y = kind_of(entries(b));
        return x != y ? x > y : entries(a) > entries(b);
    }

    void append(PlannedBatch& batch, Row u)
    {
        const Offset n = entries(u);
        const Kind kind = kind_of(n);
        const Offset step = limits_.entries_per_chunk;
        const std::int64_t chunks = kind.is_long ? (n + step - 1) / step : 0;
        if (needs_launch(batch, kind, chunks)) start_launch(batch, kind);
        PlannedLaunch& launch = batch.launches.back();
        plan_.order.push_back(u);
        ++launch.rows;
        launch.chunks += chunks;
        for (std::int64_t k = 0; k < chunks; ++k) plan_.chunks.push_back({u, k * step, std::min((k + 1) * step, n)});
        if (kind.is_long) plan_.first_chunk_of.push_back(launch.chunks);
        plan_.most_chunks = std::max(plan_.most_chunks, launch.chunks);
        plan_.dual_rows += kind.dual;
        if (kind.bin == large_bin) plan_.largest_large = std::max(plan_.largest_large, kind.dual ? n : width_);
    }

    [[nodiscard]] bool needs_launch(const PlannedBatch& batch, const Kind& kind, std::int64_t chunks) const
    {
        if (batch.launches.empty()) return true;
        const PlannedLaunch& last = batch.launches.back();
        const Kind current{last.bin, last.dual, last.chunks > 0};
        return current != kind || (chunks > 0 && last.chunks + chunks > limits_.chunk_capacity);
    }

    void start_launch(PlannedBatch& batch, const Kind& kind)
    {
        batch.launches.push_back({.bin = kind.bin,
                                  .dual = kind.dual,
                                  .first_row = std::ssize(plan_.order),
                                  .first_chunk = std::ssize(plan_.chunks),
                                  .first_position = std::ssize(plan_.first_chunk_of)});
        if (kind.is_long) plan_.first_chunk_of.push_back(0);
    }

    const std::vector<Offset>& offsets_;
    Row width_;
    PlanLimits limits_;
    RowPlan plan_;
};

}  // namespace

RowPlan plan_rows(const std::vector<Offset>& offsets, Row width, const PlanLimits& limits)
{
    Planner planner(offsets, width, limits);
    const auto rows = std::ssize(offsets) - 1;
    for (Row first = 0; first < rows;) {
        Row last = first + 1;
        while (last < rows && offsets[last + 1] - offsets[first] <= limits.batch_entries) ++last;
        planner.add_batch({first, last});
        first = last;
    }
    return planner.finish();
}

}  // namespace alster
