#pragma once
#include <string>

namespace alster {

/// What OpenBLAS says of itself at run time: version, threading and the kernels it chose.
[[nodiscard]] std::string blas_library();

}  // namespace alster
