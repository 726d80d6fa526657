#pragma once
#include <string>
#include <string_view>

namespace alster {

/// The text in one line: control bytes but the tab as \x00. What others wrote stands in messages and in the quarantine.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace alster
