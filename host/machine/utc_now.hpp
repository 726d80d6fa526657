#pragma once
#include <string>

#include "distributed/communicator.hpp"

namespace alster {

/// The first rank's clock, by fmt's format of a time: a shared file must hear the same from all. Collective.
[[nodiscard]] std::string utc_now(const Communicator& ranks, const char* format);

}  // namespace alster
