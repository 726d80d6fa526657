#include "host/publish/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/publish/encoding.hpp"

namespace alster {

namespace {

constexpr char32_t replacement = 0xFFFD;

/// The code point that begins at `n`, which moves behind it. Ids are UTF-8; other bytes become U+FFFD.
char32_t next_code_point(std::string_view text, std::size_t& n)
{
    const auto byte = [&](std::size_t place) {
        return place < text.size() ? static_cast<unsigned char>(text[place]) : 0U;
    };
    const unsigned head = byte(n);
    const std::size_t more = head < 0x80 ? 0 : head >= 0xF0 ? 3 : head >= 0xE0 ? 2 : 1;
    char32_t point = more == 0 ? head : head & (0x3FU >> more);
    for (std::size_t k = 1; k <= more; ++k) {
        if ((byte(n + k) & 0xC0U) != 0x80U) {
            n += 1;
            return replacement;
        }
        point = (point << 6) | (byte(n + k) & 0x3FU);
    }
    n += more + 1;
    return point;
}

}  // namespace

std::string npy_header(std::string_view kind, std::span<const Row> shape)
{
    std::string numbers = fmt::format("{}", fmt::join(shape, ", "));
    if (shape.size() == 1) numbers += ',';
    std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", kind, numbers);
    constexpr std::size_t before = 10;  // magic, version and the length of the header
    constexpr std::size_t alignment = 64;
    header.append(alignment - 1 - (before + header.size()) % alignment, ' ');
    header += '\n';
    const auto length = static_cast<std::uint16_t>(header.size());
    return std::string("\x93NUMPY\x01\x00", 8) + std::string(raw(length)) + header;
}

const char* npy_kind(Element element)
{
    return element == Element::f4 ? "<f4" : element == Element::f2 ? "<f2" : "|i1";
}

std::string npy_kind_of_ids(const VectorTable& table)
{
    return table.id_kind() == IdKind::int64 ? "<i8" : fmt::format("<U{}", table.id_width());
}

std::string npy_ids(const IdColumn& ids, std::size_t id_width)
{
    if (ids.kind == IdKind::int64) return std::string(raw(std::span(ids.numbers)));
    std::string bytes;
    for (Row n = 0; n < ids.rows(); ++n) {
        std::u32string points;
        const auto text = ids.texts[n];
        for (std::size_t k = 0; k < text.size();) points += next_code_point(text, k);
        points.resize(id_width);
        bytes += raw(std::span<const char32_t>(points));
    }
    return bytes;
}

}  // namespace alster
