#include <bit>
#include <cmath>

#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {

double CudaBackend::largest(const Matrix& Y) const
{
    if (Y.rows == 0) return 0;
    Device& device = shared_->device;
    auto& result = shared_->largest;
    result.reserve(device.memory, 1, "the largest element");
    result.zero(device.stream);
    launch_largest(shared_->fixed.on_device(Y, device), static_cast<std::int64_t>(Y.size()), result.data(),
                   device.stream.get());
    return std::bit_cast<float>(fetched(result, device)[0]);
}

void CudaBackend::gramian(const Matrix& Y, ExactSum& G, BasisFor /*use*/) const
{
    if (Y.rows == 0) return;
    Device& device = shared_->device;
    const auto limbs = G.limbs();
    auto& sums = shared_->gramian;
    sums.reserve(device.memory, limbs.size(), "the Gramian");
    sums.zero(device.stream);
    const double inverse = 1 / G.quantum();
    launch_gramian(shared_->fixed.on_device(Y, device), Y.rows, Y.width,
                   {G.quantum(), inverse, inverse * std::ldexp(1.0, ExactSum::low_bits)}, sums.data(),
                   device.stream.get());
    const auto terms = fetched(sums, limbs.size(), device);
    for (std::size_t k = 0; k < limbs.size(); ++k) limbs[k] += static_cast<std::int64_t>(terms[k]);
}

}  // namespace alster
