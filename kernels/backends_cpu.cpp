#include "kernels/backends.hpp"

namespace alster {

std::string backend_names() { return "cpu reference"; }

int gpu_count(std::string& why)
{
    why = "built without CUDA";
    return 0;
}

}  // namespace alster
