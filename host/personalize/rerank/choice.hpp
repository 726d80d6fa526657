#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "host/personalize/rerank/item_values.hpp"
#include "host/personalize/rerank/rerank_rules.hpp"

namespace alster {

/// Items that a list is chosen from.
struct Pool {
    std::span<const std::int32_t> items;  // (n)
    std::span<const double> scores;       // (n) the best is 1, the worst 0; unless rules have changed them
    std::span<const double> directions;   // (n, width) factors at length 1; 0 where nothing was learned
    Row width = 0;

    [[nodiscard]] Row size() const { return std::ssize(items); }
    /// The cosine of two items; 0 where nothing was learned of one.
    [[nodiscard]] double cosine(Row i, Row j) const;
};

/// By what a list is chosen. What is pointed to outlives it.
struct Aims {
    std::optional<DiversityRule> diversity = {};
    double calibration = 0;  // its weight
    const ItemValues* calibrated = nullptr;
    const Taste* taste = nullptr;
    struct Cap {
        const ItemValues* attribute;
        Row at_most;
    };
    std::vector<Cap> caps = {};
    struct Quota {
        const std::vector<bool>* counts;  // (items of the catalogue)
        Row at_least;
    };
    std::vector<Quota> quotas = {};
};

struct Choice {
    std::vector<Row> places;  // of the pool, in the order of the list
    Row above_caps = 0;       // items that were taken although a cap was reached, as nothing else was left
    Row missing_quota = 0;    // items that quotas ask for and the list does not have
};

/// Chooses k places, or the whole pool, one after the other: at each place the item with the highest
///
///   (1 − w − v)·score + w·d − v·KL     w, v: the weights of diversity and calibration
///
///   mmr   d = −(the largest cosine to an item of the list)                                     Carbonell, Goldstein 1998
///   dpp   d = ln of what the item adds to det S of the list, S = (1 + cosine)/2 and S_ii = 1   Chen, Zhang, Zhou 2018
///   KL    the divergence of the list with the item from the user's taste                       Steck 2018
///
/// among those that the caps and quotas let through. Ties by row of the item. A quota reserves as many of the last
/// places as it lacks items, of those that the pool has. Where caps and quotas together leave nothing, quotas give way
/// first.
[[nodiscard]] Choice choose(const Pool& pool, const Aims& aims, Row k);

}  // namespace alster
