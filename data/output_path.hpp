#pragma once
#include <cstdint>
#include <filesystem>

namespace alster {

/// The directory that `path` lies in; "." where it names none.
[[nodiscard]] std::filesystem::path directory_of(const std::filesystem::path& path);

/// Throws cannot_create (73) where no file can be made at `path`: its directory is missing, or something that is not a
/// file stands there.
void check_output_path(const std::filesystem::path& path);

/// Bytes that an ordinary user may still write beside `path`.
[[nodiscard]] std::uint64_t free_bytes_beside(const std::filesystem::path& path);

/// Takes the room for the first `bytes` of a file, so that writing them cannot fail for want of it. Throws io (74)
/// where there is none; does nothing where the file system cannot.
void reserve_room(const std::filesystem::path& path, std::uint64_t bytes);

/// Waits until a file (or directory) is on the disk. Throws io (74).
void sync_to_disk(const std::filesystem::path& path);

/// Gives a finished, synced file its final name, and waits until the name is on the disk. Throws io (74).
void publish(const std::filesystem::path& temporary, const std::filesystem::path& path);

}  // namespace alster
