#include "data/output_path.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "data/error.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as Linux has it

[[noreturn]] void refuse(const fs::path& path, const std::error_code& error)
{
    throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", path.string(), error.message());
}

bool is_below_proc(const fs::path& link)
{
    struct statfs system {};
    return ::statfs(directory_of(link).c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/// The last of the links that begin with `path`, which need not lead to anything.
fs::path end_of_links(const fs::path& path)
{
    fs::path target = path;
    std::error_code error;
    for (int links = 0; links <= most_links; ++links) {
        const auto there = fs::symlink_status(target, error);
        if (!fs::status_known(there)) refuse(path, error);
        if (!fs::is_symlink(there)) return target;
        if (is_below_proc(target))
            throw Error(ExitCode::cannot_create, "{}: is an open file of a process: give the name of a file",
                        path.string());
        target = directory_of(target) / fs::read_symlink(target, error);
        if (error) refuse(path, error);
    }
    refuse(path, std::make_error_code(std::errc::too_many_symbolic_link_levels));
}

}  // namespace

std::filesystem::path directory_of(const std::filesystem::path& path)
{
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

std::filesystem::path output_target(const std::filesystem::path& path)
{
    if (path.filename().empty())
        throw Error(ExitCode::cannot_create, "\"{}\": is no name of a file: give one", path.string());
    const fs::path target = end_of_links(path);
    const fs::path directory = directory_of(target);
    std::error_code error;
    const auto above = fs::status(directory, error);
    if (!fs::status_known(above)) refuse(path, error);
    if (!fs::is_directory(above))
        throw Error(ExitCode::cannot_create, "{}: cannot be created, there is no directory {}: make it first",
                    path.string(), directory.string());
    const auto there = fs::status(target, error);
    if (fs::is_directory(there))
        throw Error(ExitCode::cannot_create, "{}: is a directory: give the name of a file", path.string());
    if (fs::exists(there) && !fs::is_regular_file(there))
        throw Error(ExitCode::cannot_create, "{}: is not an ordinary file: give another name", path.string());
    return target;
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
    int answer = -1;
    do {  // a signal may interrupt it, which is no reason to lose what is to be written
        answer = file >= 0 ? ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) : -1;
    } while (file >= 0 && answer != 0 && errno == EINTR);
    const bool reserved = answer == 0;
    const int reason = errno;
    if (file >= 0) ::close(file);
    if (!reserved && reason != EOPNOTSUPP && reason != ENOSYS)
        throw Error(ExitCode::io, "{}: writing failed: {}: make room and run again", path.string(),
                    std::strerror(reason));
}

bool sync_file(int file)
{
    int answer = 0;
    do answer = ::fsync(file);
    while (answer != 0 && errno == EINTR);
    return answer == 0;
}

void sync_to_disk(const std::filesystem::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && sync_file(file);
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
