#pragma once
#include "kernels/backend.hpp"

namespace alster {

/// Turns eigenpairs in ascending order, as LAPACK and Eigen give them, into a Spectrum: descending, values not below 0,
/// the largest element of each vector positive (so that signs do not depend on the routine's whim).
void make_canonical(Spectrum& spectrum);

}  // namespace alster
