#include "kernels/cuda/cuda_backend.hpp"

#include "kernels/backend_sizes.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {

CudaBackend::CudaBackend(int device, const CudaOptions& options)
    : shared_(std::make_shared<Shared>(device, options.memory_limit, options.sharing)), options_(options)
{
}

// What Gramian and rotation will need is taken here, too: nothing is refused in the middle of a run.
CudaBackend::Shard CudaBackend::load(Interactions interactions, Row width, std::vector<RowRange> /*batches*/) const
{
    DeviceMemory& memory = shared_->device.memory;
    shared_->largest.reserve(memory, 1, "the largest element");
    shared_->gramian.reserve(memory, 2 * triangle_size(width), "the Gramian");
    shared_->vectors.reserve(memory, static_cast<std::size_t>(width * width), "Q");
    return load_shard(std::move(interactions), width, options_, shared_->device);
}

CudaBackend::Matrix CudaBackend::make_matrix(Row rows, Row width) const
{
    return {rows, width, shared_->place, shared_->device};
}

void CudaBackend::keep_factors_on_host(std::size_t largest) const
{
    shared_->place = largest > 0 ? Matrix::Place::host : Matrix::Place::device;
    shared_->fixed.reserve(largest, shared_->device);
}

std::span<const float> CudaBackend::on_host(const Matrix& matrix) const
{
    if (matrix.on_host()) return matrix.host_values();
    const std::span<float> values = shared_->reading.first(matrix.size());
    download(matrix.data(), values, shared_->device.stream);
    shared_->device.stream.synchronize();
    return values;
}

std::span<float> CudaBackend::staging(Matrix& matrix) const
{
    return matrix.on_host() ? matrix.host_values() : shared_->writing.first(matrix.size());
}

void CudaBackend::upload_staging(Matrix& matrix) const
{
    if (matrix.on_host()) return;
    upload(std::span<const float>(staging(matrix)), matrix.data(), shared_->device.stream);
    shared_->device.stream.synchronize();
}

}  // namespace alster
