#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// What users took and liked, as an item–item walk steps over it.
struct Histories {
    Interactions rows;           // (users) offsets and columns only: items
    std::vector<double> steps;   // (users) of a pair of the row's items: 1/n_v, n_v the length of the whole history
    std::vector<Offset> counts;  // (items) users of each item, n_i; of whole histories
};

struct ItemWalkRule {
    double b = 0.25;  // exponent of popularity: ½ is the three-step walk P3, 0 treats both items alike
    Row most = 50;    // neighbours of an item
};

/// For consecutive items, those that their users also took: the largest weights of each, descending, then by row.
///
///   item_walk(H, rule, sources)   for each source item i the `most` items j ≠ i with the largest
///
///       w(i → j) = n_i^(−b−½) · (Σ_{v ∋ i,j} step_v · n_j^(b−½))
///
/// in fp64, the sum by ascending v, then rounded to fp32; ties by row. A weight that is 0 in fp32 is none. The same bits
/// for any cut of the sources. Bodies in reference/ (every pair) and cpu/ (a sparse product).
struct ItemWalk {
    std::vector<Offset> offsets = {0};  // (items + 1)
    std::vector<std::int32_t> items;    // (entries)
    std::vector<float> weights;         // (entries) above 0

    [[nodiscard]] Row rows() const { return static_cast<Row>(offsets.size()) - 1; }
    [[nodiscard]] Offset entries() const { return offsets.back(); }
    [[nodiscard]] std::span<const std::int32_t> items_of(Row i) const
    {
        return std::span(items).subspan(offsets[i], offsets[i + 1] - offsets[i]);
    }
    [[nodiscard]] std::span<const float> weights_of(Row i) const
    {
        return std::span(weights).subspan(offsets[i], offsets[i + 1] - offsets[i]);
    }
    /// Appends the neighbours of the next item, which are in order.
    void append(std::span<const Scored> neighbours);
};

/// What the counts of an item make of a weight.
struct WalkScales {
    std::vector<double> source;  // (items) n^(−b−½), 0 where n is 0
    std::vector<double> target;  // (items) n^(b−½)

    WalkScales(std::span<const Offset> counts, double b);
};

}  // namespace alster
