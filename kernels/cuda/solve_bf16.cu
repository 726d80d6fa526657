#include "kernels/cuda/solve_rows.cuh"

namespace alster {

template void launch_rows<Precision::bf16>(const RowLaunch&);
template void launch_chunks<Precision::bf16>(const ChunkLaunch&);
template void launch_residuals<Precision::bf16>(const ChunkLaunch&);

}  // namespace alster
