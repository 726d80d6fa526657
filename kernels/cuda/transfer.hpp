#pragma once
#include <tuple>
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

/// What passes through the device's page-locked memory at a time, at most.
inline constexpr std::size_t most_staged_bytes = std::size_t{32} << 20;

/// f(piece, its first element) for pieces of `values` and room for each in the device's page-locked memory, which is
/// allocated once: allocating it costs more than most of these copies.
template <class T, class F>
void in_staged_pieces(std::span<T> values, Device& device, F f)
{
    constexpr std::size_t most = most_staged_bytes / sizeof(T);
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

/// The same without waiting: `from` is free at once, but no other copy may use the page-locked memory before the stream
/// has been waited for. Large arrays are waited for all the same.
template <class T>
void upload_staged(std::span<const T> from, T* to, Device& device)
{
    if (from.size_bytes() > most_staged_bytes) return upload_now(from, to, device);
    const auto room = device.staging.first(from.size_bytes());
    const std::span staged(reinterpret_cast<T*>(room.data()), from.size());
    std::ranges::copy(from, staged.begin());
    upload(std::span<const T>(staged), to, device.stream);
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

/// Several at once, which costs one wait; where they do not fit the page-locked memory together, one each.
template <class... T>
std::tuple<std::vector<T>...> fetched_together(Device& device, const DeviceBuffer<T>&... buffers)
{
    const auto padded = [](std::size_t bytes) { return (bytes + 7) / 8 * 8; };
    const std::size_t bytes = (padded(buffers.bytes()) + ...);
    if (bytes > most_staged_bytes) {
        device.stream.synchronize();  // an upload may be on its way through that memory
        return {fetched(buffers, device)...};
    }
    if (bytes > device.staging.size()) device.stream.synchronize();  // before it gets another place
    std::byte* room = device.staging.first(bytes).data();
    const auto start = [&]<class U>(const DeviceBuffer<U>& buffer) {
        const std::span place(reinterpret_cast<U*>(room), buffer.size());
        download(buffer.data(), place, device.stream);
        room += padded(buffer.bytes());
        return place;
    };
    const std::tuple places{start(buffers)...};  // in their order
    device.stream.synchronize();
    return std::apply([](auto... place) { return std::tuple(std::vector<T>(place.begin(), place.end())...); }, places);
}

}  // namespace alster
