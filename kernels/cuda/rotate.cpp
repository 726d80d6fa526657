#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/matrix_kernels.hpp"

namespace alster {

void CudaBackend::rotate(Matrix& Y, const Spectrum& spectrum) const
{
    Device& device = shared_->device;
    const auto Q =
        uploaded(std::span(spectrum.vectors.data(), spectrum.vectors.size()), device.memory, "Q", device.stream);
    launch_rotate(Y.values.data(), Y.rows, Y.width, Q.data(), device.stream.get());
    device.stream.synchronize();
}

}  // namespace alster
