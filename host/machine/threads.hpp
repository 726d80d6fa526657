#pragma once
#include "distributed/communicator.hpp"

namespace alster {

/// Sets the number of OpenMP threads of this rank: `asked`, or if that is 0 OMP_NUM_THREADS, or else its share of the
/// cores that it may run on, where several ranks of a node see the same ones. Starts them, and returns the number.
/// Collective. Throws out_of_memory (13) as start_threads does.
int set_threads(const Communicator& ranks, int asked);

/// Starts the OpenMP threads that parallel regions will use. Throws out_of_memory (13) where so many cannot be had:
/// libgomp itself would end the process.
void start_threads();

}  // namespace alster
