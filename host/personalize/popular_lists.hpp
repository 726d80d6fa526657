#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/model/popularity.hpp"
#include "host/personalize/eligibility.hpp"

namespace alster {

struct PopularOptions {
    Row k = 10;
    std::string by;                            // an attribute of users or items; empty: one list of everything
    const Eligibility* eligibility = nullptr;  // null: everything may be seen
    std::int32_t user_class = sees_nothing;    // who will see the lists
    std::optional<TimeWindow> window;          // count only what was taken then
};

/// Items by how many users took them: positive training interactions, ties by row.
struct PopularList {
    std::string value;                 // of the attribute; empty without one
    std::vector<std::int32_t> items;   // rows
    std::vector<std::int64_t> counts;  // (items), at least 1
};

/// One list; or one for each value of an attribute: of users, what users with that value took; of items, those with
/// that value. A row with several values counts for each. In the order of the vocabulary, the same on all ranks.
/// Errors: usage (64) for an attribute that neither or both have, or one that is no category or set, and for a window
/// where the dataset has no times. Collective.
[[nodiscard]] std::vector<PopularList> popular_lists(const Communicator& ranks, const DatasetReader& dataset,
                                                     const PopularOptions& options);

}  // namespace alster
