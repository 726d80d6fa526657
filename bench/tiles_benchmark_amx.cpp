// The kernels of the row solver where a matrix unit multiplies bf16.
#include "bench/tiles_benchmark.hpp"
#include "kernels/cpu/isa/matrix_unit/amx_unit.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_panel.hpp"

namespace alster::ALSTER_ISA {

/// GF/s of products in four registers of sums.
double unit_peak()
{
    constexpr int steps = 20'000;
    const Floats numbers(T::tile_size);
    double best = 0;
    for (int run = 0; run < 50; ++run) {
        AmxUnit unit;
        unit.load<4>(numbers);
        unit.load<5>(numbers);
        unit.load<6>(numbers);
        unit.load<7>(numbers);
        const double begin = now();
        for (int k = 0; k < steps; ++k) {
            unit.multiply<0, 4, 6>();
            unit.multiply<1, 5, 6>();
            unit.multiply<2, 4, 7>();
            unit.multiply<3, 5, 7>();
        }
        best = std::max(best, 1e-9 * steps * 4 * 2 * 16 * 16 * 32 / (now() - begin));
    }
    return best;
}

}  // namespace alster::ALSTER_ISA

int main(int argc, char** argv)
{
    using namespace alster::ALSTER_ISA;
    if (alster::best_instruction_set(alster::Precision::bf16) != alster::InstructionSet::amx) {
        std::puts("this CPU has no AMX, or Linux does not let it be used");
        return 4;
    }
    run<UnitPanel<AmxUnit>>(argc, argv, unit_peak());
    return 0;
}
