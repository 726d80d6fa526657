#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "data/ingest/unpacker.hpp"

namespace alster {

namespace {

constexpr int gzip_only = 15 + 16;  // zlib: largest window, gzip wrapper
constexpr std::size_t most = std::numeric_limits<uInt>::max();

/// gzread() would take bytes behind the last member for padding and hide them; here they are an error.
class GzipUnpacker final : public Unpacker {
public:
    explicit GzipUnpacker(std::string path) : path_(std::move(path))
    {
        if (inflateInit2(&stream_, gzip_only) != Z_OK) throw std::bad_alloc();
    }
    GzipUnpacker(const GzipUnpacker&) = delete;
    GzipUnpacker& operator=(const GzipUnpacker&) = delete;
    ~GzipUnpacker() override { inflateEnd(&stream_); }

    Step step(std::span<const char> packed, std::span<char> target) override
    {
        const auto in = static_cast<uInt>(std::min(packed.size(), most));
        const auto room = static_cast<uInt>(std::min(target.size(), most));
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        stream_.avail_in = in;
        stream_.next_out = reinterpret_cast<Bytef*>(target.data());
        stream_.avail_out = room;
        inside_ = inside_ || in > 0;
        const int status = inflate(&stream_, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR) throw std::bad_alloc();
        if (status == Z_STREAM_END) {
            inflateReset(&stream_);
            inside_ = false;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            refuse_packed(path_, format(), stream_.msg ? stream_.msg : "no gzip header");
        }
        return {.used = in - stream_.avail_in, .written = room - stream_.avail_out};
    }

    bool inside() const override { return inside_; }
    std::string_view format() const override { return "gzip"; }

private:
    std::string path_;
    z_stream stream_{};
    bool inside_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> gzip_unpacker(const std::string& path) { return std::make_unique<GzipUnpacker>(path); }

}  // namespace alster
