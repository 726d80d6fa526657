#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "data/error.hpp"
#include "data/ingest/unpacker.hpp"

namespace alster {

namespace {

/// A window above 128 MiB, which `zstd --long=31` makes, is refused by the library's own limit.
class ZstdUnpacker final : public Unpacker {
public:
    explicit ZstdUnpacker(std::string path) : path_(std::move(path)), stream_(ZSTD_createDStream())
    {
        if (!stream_) throw std::bad_alloc();
    }
    ZstdUnpacker(const ZstdUnpacker&) = delete;
    ZstdUnpacker& operator=(const ZstdUnpacker&) = delete;
    ~ZstdUnpacker() override { ZSTD_freeDStream(stream_); }

    Step step(std::span<const char> packed, std::span<char> target) override
    {
        ZSTD_inBuffer in{packed.data(), packed.size(), 0};
        ZSTD_outBuffer out{target.data(), target.size(), 0};
        const std::size_t status = ZSTD_decompressStream(stream_, &out, &in);
        if (ZSTD_isError(status)) refuse(status);
        if (in.pos > 0 || out.pos > 0) inside_ = status != 0;
        return {.used = in.pos, .written = out.pos};
    }

    bool inside() const override { return inside_; }
    std::string_view format() const override { return "zstd"; }

private:
    [[noreturn]] void refuse(std::size_t status) const
    {
        if (ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation) throw std::bad_alloc();
        if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
            throw Error(ExitCode::bad_data,
                        "{0}: its zstd window is above 128 MiB: unpack it first, zstd -d --long=31 {0}", path_);
        refuse_packed(path_, format(), ZSTD_getErrorName(status));
    }

    std::string path_;
    ZSTD_DStream* stream_;
    bool inside_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> zstd_unpacker(const std::string& path) { return std::make_unique<ZstdUnpacker>(path); }

}  // namespace alster
