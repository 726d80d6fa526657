// Compiled once for each instruction set: ALSTER_ISA names it, ALSTER_LANES is the number of floats in a register.
#include "kernels/cpu/isa/row_solver.hpp"

#include "kernels/cpu/isa/rows/row_forms.hpp"

namespace alster::ALSTER_ISA {

RowSolver row_solver(Precision precision)
{
    if (precision == Precision::bf16) return RowForms<PlainPanel<lanes, std::uint16_t>>::solver();
    return RowForms<PlainPanel<lanes, float>>::solver();
}

}  // namespace alster::ALSTER_ISA
