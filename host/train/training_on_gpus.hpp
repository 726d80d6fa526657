#pragma once
#include "host/train/job_context.hpp"

namespace alster {

/// train_with the CUDA backend, one GPU for each rank: the device of its number among the ranks of its node, modulo the
/// node's GPUs, so that several ranks may share one. Two bodies, chosen by CMake: in a build without CUDA nobody calls
/// it.
[[nodiscard]] TrainResult train_on_gpus(Job& job);

}  // namespace alster
