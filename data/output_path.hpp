#pragma once
#include <cstdint>
#include <filesystem>

namespace alster {

/// The directory that `path` lies in; "." where it names none.
[[nodiscard]] std::filesystem::path directory_of(const std::filesystem::path& path);

/// Where the file comes to lie that is written as `path`: there, or where the symbolic link `path` leads. The link stays.
/// Throws cannot_create (73) where no file can be made: the directory is missing, the name is too long, or something
/// that is not a file stands there. So does a link to an open file of a process, as /dev/stdout: renaming a finished
/// file onto it would not write to it.
[[nodiscard]] std::filesystem::path output_target(const std::filesystem::path& path);

/// Bytes that an ordinary user may still write beside `path`.
[[nodiscard]] std::uint64_t free_bytes_beside(const std::filesystem::path& path);

/// Takes the room for the first `bytes` of a file, so that writing them cannot fail for want of it. Throws io (74)
/// where there is none; does nothing where the file system cannot.
void reserve_room(const std::filesystem::path& path, std::uint64_t bytes);

/// fsync() of a descriptor, again where a signal interrupts it; false, with errno, where it fails.
[[nodiscard]] bool sync_file(int file);

/// Waits until a file (or directory) is on the disk. Throws io (74).
void sync_to_disk(const std::filesystem::path& path);

/// Gives a finished, synced file its final name, and waits until the name is on the disk. Throws io (74).
void publish(const std::filesystem::path& temporary, const std::filesystem::path& path);

}  // namespace alster
