#include <bzlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "data/ingest/unpacker.hpp"

namespace alster {

namespace {

constexpr std::size_t most = std::numeric_limits<unsigned>::max();

class Bzip2Unpacker final : public Unpacker {
public:
    explicit Bzip2Unpacker(std::string path) : path_(std::move(path)) { begin(); }
    Bzip2Unpacker(const Bzip2Unpacker&) = delete;
    Bzip2Unpacker& operator=(const Bzip2Unpacker&) = delete;
    ~Bzip2Unpacker() override { BZ2_bzDecompressEnd(&stream_); }

    Step step(std::span<const char> packed, std::span<char> target) override
    {
        const auto in = static_cast<unsigned>(std::min(packed.size(), most));
        const auto room = static_cast<unsigned>(std::min(target.size(), most));
        stream_.next_in = const_cast<char*>(packed.data());
        stream_.avail_in = in;
        stream_.next_out = target.data();
        stream_.avail_out = room;
        inside_ = inside_ || in > 0;
        const int status = BZ2_bzDecompress(&stream_);
        const Step step{.used = in - stream_.avail_in, .written = room - stream_.avail_out};
        if (status == BZ_MEM_ERROR) throw std::bad_alloc();
        if (status == BZ_STREAM_END) {
            BZ2_bzDecompressEnd(&stream_);
            begin();
        } else if (status != BZ_OK) {
            refuse_packed(path_, format(), status == BZ_DATA_ERROR_MAGIC ? "no bzip2 header" : "its checksum is wrong");
        }
        return step;
    }

    bool inside() const override { return inside_; }
    std::string_view format() const override { return "bzip2"; }

private:
    void begin()
    {
        stream_ = {};
        inside_ = false;
        if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    }

    std::string path_;
    bz_stream stream_{};
    bool inside_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> bzip2_unpacker(const std::string& path) { return std::make_unique<Bzip2Unpacker>(path); }

}  // namespace alster
