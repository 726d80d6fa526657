#include "data/ingest/byte_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 18;
constexpr int gzip_only = 15 + 16;  // zlib: largest window, gzip wrapper

int open_input(const std::string& path)
{
    if (path == "-") return STDIN_FILENO;
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw Error(ExitCode::bad_data, "{}: cannot be read: {}", path, std::strerror(errno));
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
    while (end_ < 2 && !end_of_file_) fill();
    gzip_ = begin == 0 && end_ >= 2 && raw_[0] == '\x1f' && raw_[1] == '\x8b';
    if (gzip_ && inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
}

ByteSource::~ByteSource()
{
    if (gzip_) inflateEnd(&stream_);
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
bool ByteSource::has_packed()
{
    if (begin_ == end_ && !end_of_file_) {
        begin_ = end_ = 0;
        fill();
    }
    return begin_ < end_;
}

std::size_t ByteSource::read(std::span<char> target) { return gzip_ ? unpack(target) : copy(target); }

std::size_t ByteSource::copy(std::span<char> target)
{
    if (!has_packed()) return 0;
    const std::size_t size = std::min(target.size(), end_ - begin_);
    std::copy_n(raw_.data() + begin_, size, target.data());
    begin_ += size;
    return size;
}

/// gzread() would take bytes behind the last member for padding and hide them; here they are an error.
std::size_t ByteSource::unpack(std::span<char> target)
{
    const auto room = static_cast<uInt>(std::min<std::size_t>(target.size(), std::numeric_limits<uInt>::max()));
    stream_.next_out = reinterpret_cast<Bytef*>(target.data());
    stream_.avail_out = room;
    while (stream_.avail_out == room) {
        if (!has_packed()) {
            if (inside_member_) throw Error(ExitCode::bad_data, "{}: the gzip data is truncated", path_);
            return 0;
        }
        inside_member_ = true;
        stream_.next_in = reinterpret_cast<Bytef*>(raw_.data() + begin_);
        stream_.avail_in = static_cast<uInt>(end_ - begin_);
        const int status = inflate(&stream_, Z_NO_FLUSH);
        begin_ = end_ - stream_.avail_in;
        if (status == Z_STREAM_END) {
            inflateReset(&stream_);
            inside_member_ = false;
        } else if (status == Z_MEM_ERROR) {
            throw std::bad_alloc();
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            throw Error(ExitCode::bad_data, "{}: the gzip data is damaged or followed by other bytes ({})", path_,
                        stream_.msg ? stream_.msg : "no gzip header");
        }
    }
    return room - stream_.avail_out;
}

}  // namespace alster
