#include "data/printable.hpp"

#include <fmt/format.h>

#include <iterator>

namespace alster {

std::string printable(std::string_view text)
{
    std::string result;
    for (const char byte : text) {
        if ((static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7f)
            fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(byte));
        else
            result += byte;
    }
    return result;
}

}  // namespace alster
