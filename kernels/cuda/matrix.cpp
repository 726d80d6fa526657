#include "kernels/cuda/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/error.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {

CudaMatrix::CudaMatrix(Row matrix_rows, Row matrix_width, Place place, Device& device)
    : rows(matrix_rows), width(matrix_width), place_(place)
{
    if (on_host()) {
        on_host_ = PinnedBuffer<float>(size());
        std::ranges::fill(host_values(), 0.0F);
        return;
    }
    on_device_ = {device.memory, size(), fmt::format("a matrix of {} rows by {} factors", rows, width)};
    on_device_.zero(device.stream);
}

void FixedSide::reserve(std::size_t size, Device& device)
{
    values_ = {};  // first: two of them would not fit
    values_ = {device.memory, size, "the fixed side, other factors being in host memory"};
}

const float* FixedSide::on_device(const CudaMatrix& matrix, const Device& device)
{
    return matrix.on_host() ? copy_of(matrix, device) : matrix.data();
}

float* FixedSide::on_device(CudaMatrix& matrix, const Device& device)
{
    return matrix.on_host() ? copy_of(matrix, device) : matrix.data();
}

float* FixedSide::copy_of(const CudaMatrix& matrix, const Device& device)
{
    if (matrix.size() > values_.size())
        throw Error(ExitCode::internal, "a matrix of {} rows by {} factors comes to the device, where there is no room",
                    matrix.rows, matrix.width);
    upload(matrix.host_values(), values_.data(), device.stream);
    return values_.data();
}

void FixedSide::bring_home(CudaMatrix& matrix, const Device& device) const
{
    if (matrix.on_host()) download(values_.data(), matrix.host_values(), device.stream);
}

}  // namespace alster
