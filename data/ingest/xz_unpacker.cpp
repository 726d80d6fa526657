#include <lzma.h>

#include <new>

#include "data/error.hpp"
#include "data/ingest/unpacker.hpp"

namespace alster {

namespace {

constexpr std::uint64_t most_memory = std::uint64_t{200} << 20;  // `xz -9` takes 65 MiB

class XzUnpacker final : public Unpacker {
public:
    explicit XzUnpacker(std::string path) : path_(std::move(path)) { begin(); }
    XzUnpacker(const XzUnpacker&) = delete;
    XzUnpacker& operator=(const XzUnpacker&) = delete;
    ~XzUnpacker() override { lzma_end(&stream_); }

    Step step(std::span<const char> packed, std::span<char> target) override
    {
        if (!inside_ && !packed.empty()) {
            if (packed.front() == '\0') return {.used = 1};           // padding between streams
            if (packed.front() != '\xFD') refuse(LZMA_FORMAT_ERROR);  // the library waits for all of a header
        }
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
        stream_.avail_in = packed.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(target.data());
        stream_.avail_out = target.size();
        inside_ = inside_ || !packed.empty();
        const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
        const Step step{.used = packed.size() - stream_.avail_in, .written = target.size() - stream_.avail_out};
        if (status == LZMA_STREAM_END)
            begin();
        else if (status != LZMA_OK && status != LZMA_BUF_ERROR)
            refuse(status);
        return step;
    }

    bool inside() const override { return inside_; }
    std::string_view format() const override { return "xz"; }

private:
    void begin()
    {
        inside_ = false;
        if (lzma_stream_decoder(&stream_, most_memory, 0) != LZMA_OK) throw std::bad_alloc();
    }

    [[noreturn]] void refuse(lzma_ret status) const
    {
        if (status == LZMA_MEM_ERROR) throw std::bad_alloc();
        if (status == LZMA_MEMLIMIT_ERROR)
            throw Error(ExitCode::bad_data,
                        "{0}: to unpack its xz data takes more than 200 MiB: unpack it first, xz -d {0}", path_);
        refuse_packed(path_, format(),
                      status == LZMA_FORMAT_ERROR ? "no xz header" : "its checksum or contents are wrong");
    }

    std::string path_;
    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool inside_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> xz_unpacker(const std::string& path) { return std::make_unique<XzUnpacker>(path); }

}  // namespace alster
