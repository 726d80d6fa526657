// The kernels of the row solver in fp32; compiled for each instruction set (tiles_benchmark_avx512 …).
#include "bench/tiles_benchmark.hpp"

int main(int argc, char** argv)
{
    using namespace alster::ALSTER_ISA;
    run<PlainPanel<lanes, float>>(argc, argv, peak<Plus>(2));
    return 0;
}
