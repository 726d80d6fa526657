#include "kernels/cuda/cuda_backend.hpp"
#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/transfer.hpp"
#include "kernels/host_row_buffers.hpp"

namespace alster {

RowBuffers CudaBackend::staged_row_buffers(const Matrix& mine, Matrix& table, std::size_t staging) const
{
    RowBuffers rows = host_row_buffers(on_host(mine), this->staging(table), shared_->packed.first(staging), mine.width);
    if (table.on_host()) return rows;
    rows.arrived = [device = &shared_->device, from = rows.table, to = table.data(), w = table.width](RowRange r) {
        upload(std::span<const float>(from.subspan(r.first * w, r.size() * w)), to + r.first * w, device->transfer);
    };
    return rows;
}

RowBuffers CudaBackend::device_row_buffers(const Matrix& mine, Matrix& table, std::size_t staging) const
{
    Device& device = shared_->device;
    shared_->packed_on_device.reserve(device.memory, staging, "rows on their way to other ranks");
    const auto pack = [shared = shared_.get(), &mine](std::span<const Column> named, std::span<float> to) {
        shared->packed_rows.reserve(shared->device.memory, named.size(), "rows on their way to other ranks");
        upload_now(named, shared->packed_rows.data(), shared->device);
        launch_gather(mine.data(), mine.width, shared->packed_rows.data(), static_cast<Row>(named.size()), to.data(),
                      shared->device.stream.get());
        shared->device.stream.synchronize();
    };
    device.stream.synchronize();  // MPI does not wait for it
    return {{mine.data(), mine.size()},
            {table.data(), table.size()},
            {shared_->packed_on_device.data(), staging},
            pack,
            [](RowRange) {}};
}

void CudaBackend::finish_exchange() const { shared_->device.transfer.synchronize(); }

}  // namespace alster
