#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {

void CudaBackend::rotate(Matrix& Y, const Spectrum& spectrum, BasisFor /*use*/) const
{
    Device& device = shared_->device;
    auto& Q = shared_->vectors;
    Q.reserve(device.memory, spectrum.vectors.size(), "Q");
    upload_staged(std::span<const double>(spectrum.vectors), Q.data(), device);
    launch_rotate(shared_->fixed.on_device(Y, device), Y.rows, Y.width, Q.data(), device);
    shared_->fixed.bring_home(Y, device);
    device.stream.synchronize();
}

}  // namespace alster
