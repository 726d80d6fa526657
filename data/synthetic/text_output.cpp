#include "data/synthetic/text_output.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "data/error.hpp"

namespace alster::synthetic {

TextOutput::TextOutput(const std::filesystem::path& path, bool gzip) : path_(path), temporary_(path.string() + ".tmp")
{
    // T writes the bytes as they are; level 1 costs least time. zlib puts no time of writing into the header.
    file_ = gzopen(temporary_.c_str(), gzip ? "wb1" : "wbT");
    if (!file_) throw Error(ExitCode::cannot_create, "{}: cannot be made: {}", path_.string(), std::strerror(errno));
    gzbuffer(static_cast<gzFile>(file_), limit);
    buffer_.reserve(2 * limit);
}

TextOutput::~TextOutput()
{
    if (!file_) return;
    gzclose(static_cast<gzFile>(file_));
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
}

void TextOutput::flush()
{
    if (buffer_.empty()) return;
    if (gzwrite(static_cast<gzFile>(file_), buffer_.data(), static_cast<unsigned>(buffer_.size())) == 0)
        throw Error(ExitCode::io, "{}: writing failed: {}", temporary_.string(), std::strerror(errno));
    buffer_.clear();
}

void TextOutput::commit()
{
    flush();
    const int closed = gzclose(static_cast<gzFile>(std::exchange(file_, nullptr)));
    std::error_code error;
    if (closed == Z_OK) std::filesystem::rename(temporary_, path_, error);
    if (closed == Z_OK && !error) return;
    const std::string reason = error ? error.message() : std::strerror(errno);
    std::filesystem::remove(temporary_, error);
    throw Error(ExitCode::io, "{}: writing failed: {}", path_.string(), reason);
}

}  // namespace alster::synthetic
