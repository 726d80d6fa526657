#include "data/output_path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "data/error.hpp"

namespace alster {

std::filesystem::path directory_of(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

void check_output_path(const std::filesystem::path& path)
{
    std::error_code ignored;
    const auto directory = directory_of(path);
    if (!std::filesystem::is_directory(directory, ignored))
        throw Error(ExitCode::cannot_create, "{}: cannot be created, there is no directory {}: make it first",
                    path.string(), directory.string());
    const auto there = std::filesystem::status(path, ignored);
    if (std::filesystem::is_directory(there))
        throw Error(ExitCode::cannot_create, "{}: is a directory: give the name of a file", path.string());
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
        throw Error(ExitCode::cannot_create, "{}: is not an ordinary file: give another name", path.string());
}

std::uint64_t free_bytes_beside(const std::filesystem::path& path)
{
    std::error_code error;
    const auto space = std::filesystem::space(directory_of(path), error);
    if (error) throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", path.string(), error.message());
    return space.available;
}

void reserve_room(const std::filesystem::path& path, std::uint64_t bytes)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool reserved = file >= 0 && ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0;
    const int reason = errno;
    if (file >= 0) ::close(file);
    if (!reserved && reason != EOPNOTSUPP && reason != ENOSYS)
        throw Error(ExitCode::io, "{}: writing failed: {}: make room and run again", path.string(),
                    std::strerror(reason));
}

void sync_to_disk(const std::filesystem::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const int reason = errno;
    if (file >= 0) ::close(file);
    // some network file systems refuse fsync of a directory
    if (!synced && reason != EINVAL)
        throw Error(ExitCode::io, "{}: cannot be written to the disk: {}", path.string(), std::strerror(reason));
}

void publish(const std::filesystem::path& temporary, const std::filesystem::path& path)
{
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error)
        throw Error(ExitCode::io, "{}: cannot be renamed to {}: {}", temporary.string(), path.string(),
                    error.message());
    sync_to_disk(directory_of(path));
}

}  // namespace alster
