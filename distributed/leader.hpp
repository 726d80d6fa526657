#pragma once
#include <functional>
#include <optional>

#include "data/output_lock.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// Runs `work` on the leading rank alone; an Error of it is thrown on every rank. Collective.
void by_leader(const Communicator& ranks, const std::function<void()>& work);

/// The lock of a file that all ranks write together: the leading rank holds it. Throws cannot_create (73) on every
/// rank. Collective.
[[nodiscard]] std::optional<OutputLock> lock_output(const Communicator& ranks, const std::filesystem::path& path);

}  // namespace alster
