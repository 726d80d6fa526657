#pragma once
#include <cstdint>
#include <vector>

#include "data/synthetic.hpp"

namespace alster::synthetic {

/// The most lines one user may write: with a quarter of the catalogue watched, drawing an unseen item stays cheap.
[[nodiscard]] std::int64_t activity_cap(Row items);

/// Lines of each user (users): a power law, at most activity_cap each, `events` in total. Needs events ≤ users · cap.
[[nodiscard]] std::vector<std::int32_t> activities(const SyntheticOptions& options);

}  // namespace alster::synthetic
