#include "kernels/cuda/solve_rows.cuh"

namespace alster {

template void launch_rows<Precision::fp32>(const RowLaunch&);
template void launch_chunks<Precision::fp32>(const ChunkLaunch&);
template void launch_residuals<Precision::fp32>(const ChunkLaunch&);

}  // namespace alster
