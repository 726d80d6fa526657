#pragma once
// Found before the CUDA Toolkit's header of this name: kernels and the code around them, on a CPU, for tests.
#include "tests/emulation/host_side.hpp"
