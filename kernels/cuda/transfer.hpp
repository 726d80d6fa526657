#pragma once
#include <vector>

#include "kernels/cuda/device.hpp"

namespace alster {

/// Asynchronous copies; the host's side must be page-locked and stay untouched until the stream was waited for.
template <class T>
void upload(std::span<const T> from, T* to, const Stream& stream)
{
    if (from.empty()) return;
    check(cudaMemcpyAsync(to, from.data(), from.size_bytes(), cudaMemcpyHostToDevice, stream.get()));
}

template <class T>
void download(const T* from, std::span<T> to, const Stream& stream)
{
    if (to.empty()) return;
    check(cudaMemcpyAsync(to.data(), from, to.size_bytes(), cudaMemcpyDeviceToHost, stream.get()));
}

/// f(piece, its first element) for pieces of `values` and room for each in the device's page-locked memory, which is
/// allocated once: allocating it costs more than most of these copies.
template <class T, class F>
void in_staged_pieces(std::span<T> values, Device& device, F f)
{
    constexpr std::size_t most = (std::size_t{32} << 20) / sizeof(T);
    for (std::size_t first = 0; first < values.size(); first += most) {
        const auto piece = values.subspan(first, std::min(most, values.size() - first));
        const auto room = device.staging.first(piece.size_bytes());
        f(piece, first, std::span(reinterpret_cast<std::remove_const_t<T>*>(room.data()), piece.size()));
    }
}

/// Copies from or to any host memory, after the work that is in the device's stream; they wait.
template <class T>
void upload_now(std::span<const T> from, T* to, Device& device)
{
    in_staged_pieces(from, device, [&](std::span<const T> piece, std::size_t first, std::span<T> room) {
        std::copy(piece.begin(), piece.end(), room.begin());
        upload(std::span<const T>(room), to + first, device.stream);
        device.stream.synchronize();
    });
}

template <class T>
void download_now(const T* from, std::span<T> to, Device& device)
{
    in_staged_pieces(to, device, [&](std::span<T> piece, std::size_t first, std::span<T> room) {
        download(from + first, room, device.stream);
        device.stream.synchronize();
        std::copy(room.begin(), room.end(), piece.begin());
    });
}

template <class T>
DeviceBuffer<T> uploaded(std::span<const T> from, const std::string& purpose, Device& device)
{
    DeviceBuffer<T> buffer(device.memory, from.size(), purpose);
    upload_now(from, buffer.data(), device);
    return buffer;
}

/// The first `count` elements.
template <class T>
std::vector<T> fetched(const DeviceBuffer<T>& buffer, std::size_t count, Device& device)
{
    std::vector<T> values(count);
    download_now(buffer.data(), std::span(values), device);
    return values;
}

template <class T>
std::vector<T> fetched(const DeviceBuffer<T>& buffer, Device& device)
{
    return fetched(buffer, buffer.size(), device);
}

}  // namespace alster
