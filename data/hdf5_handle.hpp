#pragma once
#include <hdf5.h>

#include <string>
#include <utility>

namespace alster {

/// Starts HDF5, silent and without exit handlers: a file that a failed rank left open would be closed by all ranks
/// together, for ever. Comes before any other call of HDF5.
void start_hdf5();

/// Why the last call failed, in HDF5's or the system's words, in one line.
[[nodiscard]] std::string hdf5_reason();

/// An HDF5 object that is closed at the end of its scope. Internal to the files that call HDF5.
class Hdf5Handle {
public:
    using Closer = herr_t (*)(hid_t);

    Hdf5Handle() = default;
    Hdf5Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(other.release()), closer_(other.closer_) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept
    {
        std::swap(id_, other.id_);
        std::swap(closer_, other.closer_);
        return *this;
    }
    ~Hdf5Handle() { close(); }

    [[nodiscard]] bool valid() const { return id_ >= 0; }
    [[nodiscard]] hid_t get() const { return id_; }

    /// Gives up ownership without closing.
    hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

    /// False where closing failed: what was written may be lost. Otherwise the reason of an earlier failure is kept.
    bool close();

private:
    hid_t id_ = H5I_INVALID_HID;
    Closer closer_ = nullptr;
};

}  // namespace alster
