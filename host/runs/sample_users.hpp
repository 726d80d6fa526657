#pragma once
#include <optional>
#include <string>
#include <vector>

#include "host/model/served_model.hpp"

namespace alster {

/// What an item is called: its title, or its id where there is none.
struct SampleItem {
    std::string name;
    std::string because = {};  // name of the item of the history that speaks most for it; empty: none does
    bool held_out = false;     // the user took it in the held-out part
};

/// A user as one would look at it: what it took, and what it is shown.
struct SampleUser {
    std::string id;
    std::vector<SampleItem> history = {};  // those with the highest values, the less popular ones first
    std::int64_t consumed = 0;             // how many there are
    std::int64_t to_find = 0;              // held-out positives that lists do not exclude
    std::vector<SampleItem> list = {};
};

/// Some users with a history, and with something held out where anything is: those whose ids hash lowest, so that
/// nobody has chosen them. `list`: places of a list. Collective.
[[nodiscard]] std::vector<SampleUser> sample_users(ServedModel& served, std::size_t users, Row list);

}  // namespace alster
