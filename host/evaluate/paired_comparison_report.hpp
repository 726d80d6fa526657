#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "host/evaluate/paired_comparison.hpp"

namespace alster {

/// What `alster compare` prints: each model against the first, and the first against popularity.
struct ComparisonReport {
    std::string metric;
    std::int64_t users = 0;
    std::vector<SystemComparison> comparisons;
    std::vector<std::string> notes;
};

[[nodiscard]] nlohmann::json to_json(const SystemComparison& comparison);
[[nodiscard]] nlohmann::json to_json(const ComparisonReport& report);
[[nodiscard]] std::string to_text(const ComparisonReport& report);

}  // namespace alster
