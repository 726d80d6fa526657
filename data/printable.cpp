#include "data/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <iterator>

namespace alster {

namespace {

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;  // 0: what stands here is no UTF-8
};

/// The first character of `text`, which is not empty.
Character first_character(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return {lead, 1};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
    std::uint32_t code = lead & (0x7fU >> bytes);
    for (std::size_t n = 1; n < bytes; ++n) {
        const auto next = static_cast<unsigned char>(text[n]);
        if ((next & 0xc0U) != 0x80) return {};
        code = code << 6U | (next & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (code < least[bytes] || code > 0x10ffff || surrogate) return {};
    return {code, bytes};
}

/// What a terminal or an editor obeys instead of showing it.
bool is_control(std::uint32_t code)
{
    struct Range {
        std::uint32_t first, last;
    };
    constexpr std::array<Range, 8> controls = {{{0x7f, 0x9f},          // DEL and C1
                                                {0x61c, 0x61c},        // marks of direction
                                                {0x200e, 0x200f},      //
                                                {0x2028, 0x202e},      // separators, embeddings and overrides
                                                {0x2060, 0x206f},      // isolates and what cannot be seen
                                                {0xfeff, 0xfeff},      // byte order mark
                                                {0xfff9, 0xfffb},      // annotations
                                                {0xe0000, 0xe007f}}};  // tags
    if (code < 0x20) return code != '\t';
    for (const auto& range : controls)
        if (code >= range.first && code <= range.last) return true;
    return false;
}

}  // namespace

std::string printable(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto [code, bytes] = first_character(text.substr(at));
        const auto byte = static_cast<unsigned char>(text[at]);
        if (bytes == 0 || (bytes == 1 && is_control(code)))
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", byte);
        else if (is_control(code))
            fmt::format_to(std::back_inserter(result), "\\u{:04x}", code);
        else
            result.append(text.substr(at, bytes));
        at += bytes == 0 ? 1 : bytes;
    }
    return result;
}

}  // namespace alster
