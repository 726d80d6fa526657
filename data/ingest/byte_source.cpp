#include "data/ingest/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 18;

int open_input(const std::string& path)
{
    if (path == "-") return STDIN_FILENO;
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        throw Error(errno == ENOENT || errno == ENOTDIR ? ExitCode::bad_data : ExitCode::io, "{}: cannot be read: {}",
                    path, std::strerror(errno));
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(descriptor);
        throw Error(ExitCode::bad_data, "{}: is a directory, not a file", path);
    }
    return descriptor;
}

}  // namespace

ByteSource::ByteSource(std::string path, std::uint64_t begin)
    : path_(std::move(path)), descriptor_(open_input(path_)), raw_(chunk)
{
    if (begin > 0 && lseek(descriptor_, static_cast<off_t>(begin), SEEK_SET) < 0)
        throw Error(ExitCode::io, "{}: cannot be read from byte {} on: {}", path_, begin, std::strerror(errno));
    while (end_ < packed_magic_size && !end_of_file_) fill();
    if (begin == 0) unpacker_ = unpacker_for({raw_.data(), end_}, path_);
}

ByteSource::~ByteSource()
{
    if (descriptor_ > STDIN_FILENO) close(descriptor_);
}

/// Appends to raw_, which has room.
void ByteSource::fill()
{
    ssize_t size = 0;
    do size = ::read(descriptor_, raw_.data() + end_, raw_.size() - end_);
    while (size < 0 && errno == EINTR);
    if (size < 0) throw Error(ExitCode::io, "{}: reading failed: {}", path_, std::strerror(errno));
    end_ += static_cast<std::size_t>(size);
    end_of_file_ = size == 0;
}

/// True where raw_ holds at least one byte, read now if need be.
bool ByteSource::has_raw()
{
    if (begin_ == end_ && !end_of_file_) {
        begin_ = end_ = 0;
        fill();
    }
    return begin_ < end_;
}

std::size_t ByteSource::read(std::span<char> target) { return unpacker_ ? unpack(target) : copy(target); }

std::size_t ByteSource::copy(std::span<char> target)
{
    if (!has_raw()) return 0;
    const std::size_t size = std::min(target.size(), end_ - begin_);
    std::copy_n(raw_.data() + begin_, size, target.data());
    begin_ += size;
    return size;
}

/// At the end of the file the unpacker may still hold bytes back: only a step without progress is the end.
std::size_t ByteSource::unpack(std::span<char> target)
{
    while (true) {
        const bool more = has_raw();
        const auto [used, written] = unpacker_->step({raw_.data() + begin_, end_ - begin_}, target);
        begin_ += used;
        if (written > 0) return written;
        if (more && used == 0) refuse_packed(path_, unpacker_->format(), "it cannot be read on");
        if (more) continue;
        if (unpacker_->inside())
            throw Error(ExitCode::bad_data, "{}: the {} data is truncated", path_, unpacker_->format());
        return 0;
    }
}

}  // namespace alster
