#include "data/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "data/error.hpp"
#include "data/output_path.hpp"
#include "data/temporary_file.hpp"

namespace alster {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : path_(output_target(path)), temporary_(make_temporary(path_))
{
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ >= 0) return;
    const int reason = errno;
    ::unlink(temporary_.c_str());
    throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", path_.string(), std::strerror(reason));
}

OutputFile::~OutputFile()
{
    if (file_ >= 0) ::close(file_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void OutputFile::write(std::string_view text)
{
    bytes_ += text.size();
    if (text.size() >= chunk) {  // without another copy
        flush();
        write_now(text);
        return;
    }
    buffer_ += text;
    if (buffer_.size() >= chunk) flush();
}

void OutputFile::append(const std::filesystem::path& other, std::uint64_t bytes)
{
    const int in = ::open(other.c_str(), O_RDONLY | O_CLOEXEC);
    std::vector<char> part(chunk);
    std::uint64_t found = 0;
    ssize_t size = in < 0 ? -1 : 1;
    while (size > 0) {
        do size = ::read(in, part.data(), part.size());
        while (size < 0 && errno == EINTR);
        if (size > 0) write({part.data(), static_cast<std::size_t>(size)});
        if (size > 0) found += static_cast<std::uint64_t>(size);
    }
    const int reason = errno;
    if (in >= 0) ::close(in);
    if (size < 0) throw Error(ExitCode::io, "{}: cannot be read again: {}", other.string(), std::strerror(reason));
    if (found != bytes)
        throw Error(ExitCode::io, "{}: {} bytes were written, {} are read: the file system lost some, run again",
                    other.string(), bytes, found);
}

void OutputFile::finish()
{
    if (file_ < 0) return;
    flush();
    struct stat status {};
    if (!sync_file(file_) && errno != EINVAL) fail(errno);
    if (::fstat(file_, &status) != 0) fail(errno);
    if (::close(std::exchange(file_, -1)) != 0) fail(errno);
    if (static_cast<std::uint64_t>(status.st_size) != bytes_) fail(EIO);
}

void OutputFile::commit()
{
    finish();
    publish(temporary_, path_);
    temporary_.clear();
}

void OutputFile::flush()
{
    write_now(buffer_);
    buffer_.clear();
}

void OutputFile::write_now(std::string_view left) const
{
    while (!left.empty()) {
        const ssize_t written = ::write(file_, left.data(), left.size());
        if (written < 0 && errno != EINTR) fail(errno);
        if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
    }
}

void OutputFile::fail(int reason) const
{
    throw Error(ExitCode::io, "{}: writing failed: {}: make room and run again", path_.string(), std::strerror(reason));
}

void write_whole(const std::filesystem::path& path, std::string_view text)
{
    OutputFile file(path);
    file.write(text);
    file.commit();
}

}  // namespace alster
