#pragma once
#include <string>

#include "data/synthetic/random.hpp"

namespace alster::synthetic {

/// A pronounceable title that fits the genre: words only, no digits; UTF-8, some with letters beyond ASCII, some with
/// commas.
[[nodiscard]] std::string draw_title(Random& random, int genre);

}  // namespace alster::synthetic
