#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace alster {

/// JSON as text, in one line or indented. Bytes that are not UTF-8 (ids, titles and paths may hold any) become U+FFFD;
/// numbers that are not finite become null.
template <class Json>
[[nodiscard]] std::string json_text(const Json& value, int indent = -1)
{
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// The text with U+FFFD in place of bytes that are not UTF-8.
[[nodiscard]] std::string valid_utf8(const std::string& text);

}  // namespace alster
