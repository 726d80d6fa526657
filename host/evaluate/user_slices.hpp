#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// What slices are made of: one measured user.
struct UserFacts {
    Row user = 0;              // row of the dataset
    std::uint64_t key = 0;     // what its draws depend on
    std::int64_t history = 0;  // positive training interactions
    double tail_share = 0;     // of them those with items of the long tail; 0 without history
};

/// A way to tell users apart: each belongs to one of the labels, or to none of them (−1).
struct UserSlices {
    std::string name;
    std::vector<std::string> labels;
    std::vector<std::int32_t> label_of;  // (users)
};

/// The long tail: the least popular items, which all together have the last fifth of the positive interactions. Items
/// of one count are either all in it or all above it, so it is a fifth at most.
class LongTail {
public:
    explicit LongTail(std::span<const std::int32_t> counts);

    [[nodiscard]] bool has(Column item) const { return counts_[item] < least_popular_; }
    [[nodiscard]] double share() const { return share_; }  // of all positive interactions

private:
    std::span<const std::int32_t> counts_;
    std::int32_t least_popular_ = 0;
    double share_ = 0;
};

/// By activity: "none", and thirds of the other users by history; and by taste: "long tail" for users with a larger
/// share of it than all users together, "popular" for the others with a history.
[[nodiscard]] std::vector<UserSlices> slice_users(std::span<const UserFacts> users, double tail_share_of_all);

}  // namespace alster
