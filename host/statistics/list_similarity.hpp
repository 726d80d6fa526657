#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace alster {

/// Items in their order. Where `scores` are given, neighbours of one score are a tie: their order means nothing. An
/// item that comes again counts where it came first.
struct OrderedItems {
    std::span<const std::int32_t> items;
    std::span<const float> scores = {};  // (items), or empty: no ties

    [[nodiscard]] OrderedItems first(std::size_t k) const
    {
        return {items.first(k < items.size() ? k : items.size()), scores.first(k < scores.size() ? k : scores.size())};
    }
};

/// How alike two lists are, each number in [0, 1]. Of two empty lists all are 1, of an empty and another one 0.
struct ListSimilarity {
    double rbo = 0;              // extrapolated rank-biased overlap (Webber and others, TOIS 2010, equation 32)
    double rbo_truncated = 0;    // (1 − p) Σ p^(d−1) X_d / d to the longer list's end: a lower bound
    double average_overlap = 0;  // mean of X_d / d over the depths d of the longer list
    double jaccard = 0;          // common items / items of either
};

inline constexpr double rbo_persistence = 0.9;  // p: the first ten places have 86 % of the weight

/// X_d is the number of common items among the first d of each list. With ties it is the mean over all orders of the
/// ties (RBO^a of Corsi and Urbano, SIGIR 2024).
[[nodiscard]] ListSimilarity list_similarity(const OrderedItems& a, const OrderedItems& b, double p = rbo_persistence);

}  // namespace alster
