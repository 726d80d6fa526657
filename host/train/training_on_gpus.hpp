#pragma once
#include "host/train/training.hpp"

namespace alster {

/// train_with the CUDA backend, one GPU for each rank: the device of its number among the ranks of its node, modulo the
/// node's GPUs, so that several ranks may share one. Two bodies, chosen by CMake: in a build without CUDA nobody calls
/// it.
[[nodiscard]] nlohmann::json train_on_gpus(Job& job);

}  // namespace alster
