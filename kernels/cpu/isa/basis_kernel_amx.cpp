// For CPUs with a matrix unit for bf16; otherwise as basis_kernel.cpp.
#include "kernels/cpu/isa/matrix_unit/amx_unit.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_basis.hpp"

namespace alster::ALSTER_ISA {

BasisKernel basis_kernel(Precision) { return UnitBasis<AmxUnit>::kernel(); }

}  // namespace alster::ALSTER_ISA
