#pragma once
#include <hdf5.h>

#include <string>
#include <utility>

#include "data/error.hpp"

// Inside data/ only: the rest of the program sees no HDF5 type.
namespace alster::hdf5 {

/// Owns an HDF5 identifier.
class Handle {
public:
    using Close = herr_t (*)(hid_t);

    Handle() = default;
    Handle(hid_t id, Close close) : id_(id), close_(close) {}
    Handle(Handle&& from) noexcept : id_(std::exchange(from.id_, H5I_INVALID_HID)), close_(from.close_) {}
    Handle& operator=(Handle&& from) noexcept
    {
        std::swap(id_, from.id_);
        std::swap(close_, from.close_);
        return *this;
    }
    ~Handle() { reset(); }

    [[nodiscard]] hid_t get() const { return id_; }
    [[nodiscard]] bool valid() const { return id_ >= 0; }

    /// False where closing failed: for a file that was written, data may be lost.
    bool reset()
    {
        const hid_t id = std::exchange(id_, H5I_INVALID_HID);
        return id < 0 || close_(id) >= 0;
    }

    /// Gives the identifier up without closing it.
    void abandon() { id_ = H5I_INVALID_HID; }

private:
    hid_t id_ = H5I_INVALID_HID;
    Close close_ = nullptr;
};

/// Quiet errors, and no clean-up at exit: closing a shared file there would wait for ranks that are gone.
void initialize();

/// The innermost reason HDF5 gives for its last failure, in one line.
[[nodiscard]] std::string last_error();

template <class T>
[[nodiscard]] hid_t memory_type();
template <class T>
[[nodiscard]] hid_t file_type();

/// Fixed-length UTF-8, padded with NUL.
[[nodiscard]] Handle text_type(std::size_t bytes);

}  // namespace alster::hdf5
