#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/top_k.hpp"

namespace alster {

/// Where one place of a list comes from, as stored in a list file: an index of /vocab/reason.
enum class Reason : std::uint8_t {
    model = 0,         // scored by the model
    popularity = 1,    // what is popular: nothing was learned of the user, or the model's list ran short
    unknown_user = 2,  // what is popular: the model does not know the user's id
    new_title = 3,     // a title without plays, in a place kept for one
    none = 255         // the place is empty
};
inline constexpr std::array<const char*, 4> reason_names = {"model", "popularity", "unknown-user", "new-title"};
[[nodiscard]] inline const char* name(Reason reason)
{
    return reason == Reason::none ? "none" : reason_names.at(static_cast<std::size_t>(reason));
}

/// What is known of a user whom a list is for.
enum class Knowledge { learned, no_history, nothing_learned, unknown_id };

/// Why a list has fewer than k places filled: the items that are not in it, by the first reason that holds.
struct Shortfall {
    Row places = 0;        // that are empty
    Row not_eligible = 0;  // items that the rules do not let this user see
    Row excluded = 0;      // items that the user has consumed, or that are excluded beside those
    Row not_learned = 0;   // items of which the model knows nothing, where popularity fills no places
};

/// Which items of a user's history its places are due to, the strongest first.
struct Evidence {
    Row each = 0;                          // pieces of a place; 0: nobody asked
    std::vector<std::int32_t> items = {};  // (rows, k, each) −1: none
    std::vector<float> weights = {};       // (rows, k, each) how far the score falls without the event; 0: none

    /// Those that place `place` of list `row` has; `k` is the length of lists.
    [[nodiscard]] std::span<const std::int32_t> items_of(Row row, Row k, Row place) const
    {
        const auto all = std::span(items).subspan((row * k + place) * each, each);
        return all.first(static_cast<std::size_t>(std::ranges::find(all, -1) - all.begin()));
    }
    [[nodiscard]] std::span<const float> weights_of(Row row, Row k, Row place) const
    {
        return std::span(weights).subspan((row * k + place) * each, items_of(row, k, place).size());
    }
};

/// Some lists of k places, of users or of items. A user's score is the model's, its mean included, or how popular the
/// item is.
struct Lists {
    TopK lists;
    std::vector<Reason> reasons = {};        // (rows, k) of users; empty: of items
    std::vector<Knowledge> knowledge = {};   // (rows) of users
    std::vector<Shortfall> shortfall = {};   // (rows) of users
    std::vector<std::int32_t> classes = {};  // (rows) of users, where there are rules of eligibility
    Evidence evidence = {};                  // of users, where it was asked for

    [[nodiscard]] std::span<const Reason> reasons_of(Row row) const
    {
        return std::span(reasons).subspan(static_cast<std::size_t>(row * lists.k), lists.k);
    }
};

/// The row of a user whom the model does not know.
inline constexpr Row unknown_user = -1;

}  // namespace alster
