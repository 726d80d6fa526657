#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace alster {

/// How some lists use a catalogue.
struct Exposure {
    double coverage = 0;  // share of the items that are in a list
    double gini = 0;      // 0: every item is in as many lists; near 1: a few items have all places
    double overlap = 0;   // common items of two lists, over k, on average over all pairs of lists

    friend bool operator==(const Exposure&, const Exposure&) = default;
};

/// `places`: of each item of the catalogue the lists that hold it. `lists` of k places.
[[nodiscard]] Exposure exposure_of(std::vector<std::int64_t> places, std::int64_t lists, std::int64_t k);

}  // namespace alster
