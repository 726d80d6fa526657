#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/checksum.hpp"

namespace alster {

/// Who opens a file: one process (this class), or all ranks together (distributed/parallel_file_access.hpp).
/// The data layer knows no MPI; what it needs of it stands here.
class FileAccess {
public:
    virtual ~FileAccess() = default;

    /// The HDF5 file access property list (an hid_t), 0 for the default.
    [[nodiscard]] virtual std::int64_t properties() const { return 0; }

    /// The checksum of all processes' rows, given that of mine; the processes hold consecutive ranges in rank order.
    [[nodiscard]] virtual Checksum joined(const Checksum& mine) const { return mine; }

    /// One value from each process, in rank order.
    [[nodiscard]] virtual std::vector<std::int64_t> gathered(std::int64_t mine) const { return {mine}; }

    /// Which of how many processes this is.
    [[nodiscard]] virtual int rank() const { return 0; }
    [[nodiscard]] virtual int size() const { return 1; }

    /// True in the one process that renames, removes and syncs files.
    [[nodiscard]] virtual bool leads() const { return true; }

    /// Waits until all processes are here.
    virtual void barrier() const {}

    /// Runs `work` in one process after the other, in rank order: each finds in `state` what the one before has left
    /// there, and in the end all have what the last one left.
    virtual void in_turn([[maybe_unused]] std::span<std::byte> state, const std::function<void()>& work) const
    {
        work();
    }

    /// True when more than one process may share the file: closing it is then collective.
    [[nodiscard]] virtual bool shared() const { return false; }
};

/// Access by this process alone.
[[nodiscard]] const FileAccess& serial_access();

}  // namespace alster
