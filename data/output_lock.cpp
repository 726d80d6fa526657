#include "data/output_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "data/error.hpp"
#include "data/output_path.hpp"
#include "data/temporary_file.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

/// Who holds a lock, as it stands in its file: HOST PID JOB.
struct Holder {
    std::string host;
    long pid = 0;
    std::string job;  // of Slurm, "-" outside
};

Holder myself()
{
    const char* job = std::getenv("SLURM_JOB_ID");
    return {host_name(), ::getpid(), job && *job ? job : "-"};
}

Holder holder_in(int file)
{
    char text[512] = "";
    const ssize_t size = ::pread(file, text, sizeof text - 1, 0);
    std::istringstream in(std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0));
    Holder holder;
    in >> holder.host >> holder.pid >> holder.job;
    return holder;
}

void write_holder(int file, const Holder& holder)
{
    // for the message of others: on a full disk the lock holds without it
    const auto text = fmt::format("{} {} {}\n", holder.host, holder.pid, holder.job);
    [[maybe_unused]] const bool named = ::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) > 0;
}

/// Where there is nothing but the text to go by.
bool may_still_run(const Holder& holder)
{
    const Holder me = myself();
    if (holder.host.empty() || (holder.job != "-" && holder.job == me.job)) return false;
    return holder.host != me.host || process_lives(holder.pid);
}

bool no_locks_here(int reason)
{
    return reason == ENOLCK || reason == ENOSYS || reason == EOPNOTSUPP || reason == EINVAL;
}

/// Whether `path` still names the open file: its holder may have removed it.
bool is_named(int file, const fs::path& path)
{
    struct stat mine {};
    struct stat there {};
    return ::fstat(file, &mine) == 0 && ::stat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

}  // namespace

OutputLock OutputLock::of_file(const fs::path& path)
{
    const fs::path target = output_target(path);  // one lock for all links to it
    // a name of any length has a lock of its own, and one that its file system allows
    return {path, directory_of(target) / fmt::format(".{}.lock", short_name(target))};
}

OutputLock OutputLock::of_directory(const fs::path& directory) { return {directory, directory / ".lock"}; }

OutputLock::OutputLock(const fs::path& output, fs::path lock) : path_(std::move(lock))
{
    while (!take(output)) {
    }
}

OutputLock::OutputLock(OutputLock&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1))
{
}

OutputLock::~OutputLock()
{
    if (file_ < 0) return;
    ::unlink(path_.c_str());  // before the lock ends: who waits for it finds the name gone, and tries again
    ::close(file_);
}

bool OutputLock::take(const fs::path& output)
{
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0)
        throw Error(ExitCode::cannot_create, "{}: cannot be written: {}", output.string(), std::strerror(errno));
    const bool locked = ::flock(file, LOCK_EX | LOCK_NB) == 0;
    const bool taken = !locked && !no_locks_here(errno);
    Holder holder = holder_in(file);
    for (int tries = 0; taken && holder.host.empty() && tries < 20; ++tries) {  // it may not have written it yet
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        holder = holder_in(file);
    }
    if (taken || (!locked && may_still_run(holder))) {
        ::close(file);
        throw Error(ExitCode::cannot_create,
                    "{}: another run (host {}, pid {}) writes here: wait for its end, or choose another output{}",
                    output.string(), holder.host.empty() ? "unknown" : holder.host, holder.pid,
                    taken ? "" : fmt::format("; if it is gone, remove {}", path_.string()));
    }
    if (!is_named(file, path_)) {
        ::close(file);
        return false;
    }
    write_holder(file, myself());
    file_ = file;
    return true;
}

}  // namespace alster
