#include "kernels/backends.hpp"

#include "kernels/cuda/device.hpp"

namespace alster {

std::string backend_names() { return "cpu cuda reference"; }

int gpu_count(std::string& why) { return device_count(why); }

}  // namespace alster
