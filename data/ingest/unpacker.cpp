#include "data/ingest/unpacker.hpp"

#include "data/error.hpp"

namespace alster {

namespace {

using namespace std::string_view_literals;

/// A frame of data, or a frame that readers pass over: its first byte is 0x50 to 0x5f.
bool is_zstd(std::string_view bytes)
{
    if (bytes.starts_with("\x28\xB5\x2F\xFD"sv)) return true;
    return bytes.size() >= 4 && (bytes[0] & 0xF0) == 0x50 && bytes.substr(1).starts_with("\x2A\x4D\x18"sv);
}

/// "BZh9" could begin a text; the mark of a block, or of the end of an empty stream, cannot.
bool is_bzip2(std::string_view bytes)
{
    constexpr auto block = "\x31\x41\x59\x26\x53\x59"sv, end = "\x17\x72\x45\x38\x50\x90"sv;
    return bytes.starts_with("BZh"sv) && bytes.size() >= 10 &&
           (bytes.substr(4).starts_with(block) || bytes.substr(4).starts_with(end));
}

}  // namespace

std::unique_ptr<Unpacker> unpacker_for(std::string_view first_bytes, const std::string& path)
{
    if (first_bytes.starts_with("\x1F\x8B"sv)) return gzip_unpacker(path);
    if (first_bytes.starts_with("\xFD\x37\x7A\x58\x5A\0"sv)) return xz_unpacker(path);
    if (is_zstd(first_bytes)) return zstd_unpacker(path);
    if (is_bzip2(first_bytes)) return bzip2_unpacker(path);
    return nullptr;
}

void refuse_packed(const std::string& path, std::string_view format, std::string_view why)
{
    throw Error(ExitCode::bad_data, "{}: the {} data is damaged or followed by other bytes ({})", path, format, why);
}

}  // namespace alster
