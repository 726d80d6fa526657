#pragma once
#include "distributed/communicator.hpp"

namespace alster {

/// Sets the number of OpenMP threads of this rank: `asked`, or if that is 0 OMP_NUM_THREADS, or else its share of the
/// cores that it may run on, where several ranks of a node see the same ones. Returns the number. Collective.
int set_threads(const Communicator& ranks, int asked);

}  // namespace alster
