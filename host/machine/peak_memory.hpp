#pragma once

namespace alster {

/// Bytes that this process has taken at most so far.
[[nodiscard]] double peak_memory();

}  // namespace alster
