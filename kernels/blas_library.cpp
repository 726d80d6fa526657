#include "kernels/blas_library.hpp"

#include <cblas.h>

namespace alster {

std::string blas_library() { return openblas_get_config(); }

}  // namespace alster
