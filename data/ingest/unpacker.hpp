#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace alster {

/// Unpacks one format of packed bytes: streams (members, frames), one after the other.
class Unpacker {
public:
    struct Step {
        std::size_t used = 0;     // bytes of `packed`
        std::size_t written = 0;  // bytes of `target`
    };

    virtual ~Unpacker() = default;

    /// Unpacks what it can. A step without progress wants more bytes.
    /// Error: bad_data (65) that names `path`, for bytes that are damaged or belong to no stream.
    [[nodiscard]] virtual Step step(std::span<const char> packed, std::span<char> target) = 0;

    /// True where a stream has begun and not ended.
    [[nodiscard]] virtual bool inside() const = 0;

    /// What the format is called: "gzip".
    [[nodiscard]] virtual std::string_view format() const = 0;
};

/// The longest run of first bytes that tells a packed format.
inline constexpr std::size_t packed_magic_size = 10;

/// The unpacker for a file that begins with these bytes; null where they are not packed.
[[nodiscard]] std::unique_ptr<Unpacker> unpacker_for(std::string_view first_bytes, const std::string& path);

[[nodiscard]] std::unique_ptr<Unpacker> gzip_unpacker(const std::string& path);
[[nodiscard]] std::unique_ptr<Unpacker> bzip2_unpacker(const std::string& path);
[[nodiscard]] std::unique_ptr<Unpacker> xz_unpacker(const std::string& path);
[[nodiscard]] std::unique_ptr<Unpacker> zstd_unpacker(const std::string& path);

/// Ends reading: "log.xz: the xz data is damaged or followed by other bytes (why)".
[[noreturn]] void refuse_packed(const std::string& path, std::string_view format, std::string_view why);

}  // namespace alster
