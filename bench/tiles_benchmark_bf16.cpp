// The kernels of the row solver where rows come in bf16 and products in pairs.
#include "bench/tiles_benchmark.hpp"
#include "kernels/cpu/isa/rows/paired_panel.hpp"

int main(int argc, char** argv)
{
    using namespace alster::ALSTER_ISA;
    run<PairedPanel>(argc, argv, peak<PlusPair>(4));
    return 0;
}
