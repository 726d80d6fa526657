#pragma once
#include <string>

#include "distributed/communicator.hpp"

namespace alster {

/// A name of no other run, also of those that begin in the same second; readable enough to be named in a mail.
/// Collective.
[[nodiscard]] std::string make_run_id(const Communicator& ranks);

}  // namespace alster
