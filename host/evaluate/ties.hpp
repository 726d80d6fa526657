#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// The best candidates of one user, scores descending, of which a list of k is to be judged.
struct RankedList {
    std::span<const std::int32_t> items;
    std::span<const float> scores;
    bool complete = false;  // there are no further candidates
};

/// What a list of k is worth when ties count against it: items of one score are put in the order in which the relevant
/// ones come last.
struct JudgedList {
    std::vector<std::uint8_t> hits;         // (items) whether the item in a place is relevant
    std::vector<std::int32_t> worst_place;  // (items) of each item of the list as it came, from 0; see `open`
    bool undecided = false;                 // the first k hits depend on candidates behind the list
};

/// A tie that reaches the end of a list which is not complete is open: its items get the place `open_place`.
inline constexpr std::int32_t open_place = INT32_MAX;

/// `relevant` ascends. A list that holds k + relevant.size() items is never undecided: of a tie that begins among the
/// first k it then has as many irrelevant items as fill the k places.
[[nodiscard]] JudgedList judge(const RankedList& list, std::span<const Column> relevant, Row k);

}  // namespace alster
