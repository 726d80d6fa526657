#include "kernels/backends.hpp"

namespace alster {

std::string backend_names() { return "cpu cuda reference"; }

}  // namespace alster
