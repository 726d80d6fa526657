#pragma once
#include <span>
#include <vector>

#include "data/ingest/redeliveries.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// Which of this rank's events have the id of an earlier one (1), by their fingerprints in the order of the input. The
/// events before `training` come before all others, of whatever rank; then ranks come in their order. An event without
/// an id repeats none. Takes about 50 bytes an event while it works. Collective.
[[nodiscard]] std::vector<std::uint8_t> find_repeated_ids(const Communicator& ranks,
                                                          std::span<const EventFingerprint> mine, Offset training);

}  // namespace alster
