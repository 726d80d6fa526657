#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/exclusion.hpp"
#include "host/model/served_model.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

/// What the model and the dataset hold of some users.
struct UserBlock {
    std::vector<float> factors;  // (users, width), 0 of unknown ones
    Interactions excluded;       // columns only, of what their lists exclude
    std::vector<Knowledge> knowledge;
};

/// Calls visit(range, first place) for each run of consecutive rows, and with an empty range for an unknown user.
void each_run(std::span<const Row> users, const std::function<void(RowRange, std::size_t)>& visit);

/// Users in any order. `exclusion`: null, where nothing is excluded.
[[nodiscard]] UserBlock read_users(const ModelReader& model, const DatasetReader& dataset, std::span<const Row> users,
                                   const Exclusion* exclusion);

/// What users took and liked: offsets and columns only.
[[nodiscard]] Interactions positive_history(const DatasetReader& dataset, std::span<const Row> users);

}  // namespace alster
