#include "kernels/backends.hpp"

namespace alster {

std::string backend_names() { return "cpu reference"; }

std::vector<Gpu> gpus(std::string& why)
{
    why = "built without CUDA";
    return {};
}

}  // namespace alster
