#pragma once
#include <filesystem>

#include "data/synthetic.hpp"
#include "data/synthetic/taste_model.hpp"

namespace alster::synthetic {

/// What was planted, to compare a model with: /users/mixture (users, topics), /topics/items (topics, items) and
/// /items/popularity (items), float, rows in the order of the ids. Errors: cannot_create (73), io (74).
void write_truth(const SyntheticOptions& options, const TasteModel& model, const std::filesystem::path& path);

}  // namespace alster::synthetic
