#include "data/synthetic/text_output.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstring>

#include "data/error.hpp"
#include "data/output_path.hpp"
#include "data/temporary_file.hpp"

namespace alster::synthetic {

TextOutput::TextOutput(const std::filesystem::path& path, bool gzip)
    : path_(output_target(path)), temporary_(make_temporary(path_))
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
    const int reason = errno;
    try {
        if (closed != Z_OK) throw Error(ExitCode::io, "{}: writing failed: {}", path_.string(), std::strerror(reason));
        sync_to_disk(temporary_);
        publish(temporary_, path_);
    } catch (const Error&) {
        std::error_code ignored;
        std::filesystem::remove(temporary_, ignored);
        throw;
    }
}

}  // namespace alster::synthetic
