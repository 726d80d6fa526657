#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "host/personalize/eligibility.hpp"

namespace alster {

/// One stored interaction of a user.
struct UserEvent {
    std::int32_t item = 0;
    float value = 0;
    float confidence = 1;
    float preference = 1;
    Roles roles = consumed_role;
    std::int64_t time = 0;  // Unix seconds, 0: unknown
};

/// What a dataset says of one user or item.
struct DescribedRow {
    std::string id;
    Row row = 0;
    std::map<std::string, std::string> attributes;  // those that are given, as they are shown
    std::int32_t events = 0;                        // training events that consumed an item
    std::int64_t last_event = 0;                    // Unix seconds, 0: unknown
};

struct DescribedUser {
    DescribedRow row;
    std::vector<UserEvent> training;  // the latest first; of equal times in the order of items
    std::vector<UserEvent> held_out;
    std::string user_class;    // by rules; "": none were given
    std::int64_t may_see = 0;  // items, by rules
};

/// Users of one class of the rules, and whether they may see an item.
struct ClassView {
    std::string name;
    std::int64_t users = 0;
    bool may_see = false;
};

struct DescribedItem {
    DescribedRow row;
    std::int64_t interactions = 0;   // training ones
    std::int64_t positives = 0;      // of which consumed, with a preference above 0
    std::vector<ClassView> classes;  // of all users of the dataset, by rules
};

/// The row of an id. Throws bad_data (65) for one that the dataset lacks.
[[nodiscard]] Row row_of_id(const DatasetReader& dataset, Side side, const std::string& id);

/// `rules` may be null.
[[nodiscard]] DescribedUser describe_user(const DatasetReader& dataset, Row user, Eligibility* rules);
[[nodiscard]] DescribedItem describe_item(const DatasetReader& dataset, Row item, Eligibility* rules);

}  // namespace alster
