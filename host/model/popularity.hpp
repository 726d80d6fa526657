#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/popular_items.hpp"
#include "distributed/communicator.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// The same list for everybody: items by the number of their positive training interactions. What every model is
/// measured against, and what a user without history gets.
class Popularity {
public:
    /// `counts`: positive training interactions of each item.
    explicit Popularity(std::vector<std::int32_t> counts);
    /// Items of the same count are in the order of `then`, as long.
    Popularity(std::vector<std::int32_t> counts, std::span<const std::int32_t> then);

    [[nodiscard]] std::span<const std::int32_t> counts() const { return counts_; }

    /// The k most popular items that a row has not seen; the scores are the counts. Ties by row, as in top_k.
    /// `seen` may be null, `rows` is then the number of lists.
    [[nodiscard]] TopK lists(const Interactions* seen, Row rows, Row k) const;

    /// The same of the items that a filter lets through; its candidates are all items. It has no groups.
    [[nodiscard]] TopK lists(const CandidateFilter& filter, Row rows, Row k) const;

    /// The first items, up to `most` and those with a count above 0.
    [[nodiscard]] PopularItems first(std::size_t most) const;

private:
    std::vector<std::int32_t> counts_;
    std::vector<std::int32_t> order_;  // items, most popular first
};

/// The items with the highest counts, up to `most` and those above 0; ties by row.
[[nodiscard]] PopularItems most_popular(std::span<const std::int32_t> counts, std::size_t most = most_popular_kept);

/// For each item the training interactions that are positive: consumed, with a preference above 0. Impressions and
/// dislikes make nothing popular. Every rank counts a share of the items and gets all counts. Collective.
[[nodiscard]] std::vector<std::int32_t> positive_counts(const Communicator& ranks, const DatasetReader& dataset);

/// Unix seconds, since < t ≤ until. What is of unknown time (0) is in none.
struct TimeWindow {
    std::int64_t since = 0;  // at least 0
    std::int64_t until = 0;

    [[nodiscard]] bool holds(std::int64_t time) const { return since < time && time <= until; }
};

/// Of the baseline "recent popularity", before the newest training event.
inline constexpr double recent_days = 7;

/// So many days up to an instant.
[[nodiscard]] TimeWindow last_days(double days, std::int64_t until);

/// Those whose time is in a window. Throws usage (64) where the dataset has no times. Every rank counts a share of the
/// users. Collective.
[[nodiscard]] std::vector<std::int32_t> positive_counts(const Communicator& ranks, const DatasetReader& dataset,
                                                        const TimeWindow& window);

}  // namespace alster
