#pragma once
#include "data/interactions.hpp"
#include "kernels/cuda/device.hpp"

namespace alster {

/// (rows, width) row-major factors, on the device or, where a rank's do not fit there together, in page-locked host
/// memory. Kernels may write to either; what reads all of a matrix asks for it on the device (FixedSide).
class CudaMatrix {
public:
    enum class Place { device, host };

    CudaMatrix() = default;

    /// Of zeros. Throws out_of_memory (13) with the figures.
    CudaMatrix(Row rows, Row width, Place place, Device& device);

    [[nodiscard]] bool on_host() const { return place_ == Place::host; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(rows * width); }

    [[nodiscard]] float* data() { return on_host() ? on_host_.data() : on_device_.data(); }
    [[nodiscard]] const float* data() const { return on_host() ? on_host_.data() : on_device_.data(); }

    /// Only where it is in host memory.
    [[nodiscard]] std::span<float> host_values() { return {on_host_.data(), size()}; }
    [[nodiscard]] std::span<const float> host_values() const { return {on_host_.data(), size()}; }

    Row rows = 0;
    Row width = 0;

private:
    Place place_ = Place::device;
    DeviceBuffer<float> on_device_;
    PinnedBuffer<float> on_host_;
};

/// Room on the device for one matrix of those that are in host memory: the side that is fixed.
class FixedSide {
public:
    /// Room for `size` floats, the largest matrix; 0: none is needed.
    void reserve(std::size_t size, Device& device);

    /// The matrix on the device: itself, or a copy that lasts until the next call. Does not wait.
    [[nodiscard]] const float* on_device(const CudaMatrix& matrix, const Device& device);
    [[nodiscard]] float* on_device(CudaMatrix& matrix, const Device& device);

    /// What was changed on the device comes home. Does not wait.
    void bring_home(CudaMatrix& matrix, const Device& device) const;

private:
    [[nodiscard]] float* copy_of(const CudaMatrix& matrix, const Device& device);

    DeviceBuffer<float> values_;
};

}  // namespace alster
