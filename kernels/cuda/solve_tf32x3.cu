#include "kernels/cuda/solve_rows.cuh"

namespace alster {

template void launch_rows<Precision::tf32x3>(const RowLaunch&);
template void launch_chunks<Precision::tf32x3>(const ChunkLaunch&);
template void launch_residuals<Precision::tf32x3>(const ChunkLaunch&);

}  // namespace alster
