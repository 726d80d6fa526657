#pragma once
#include <string_view>
#include <utility>
#include <vector>

namespace alster {

/// Views of a text that is valid JSON: what is passed on keeps its bytes, numbers of any length among them.

/// The members of an object in their order: each key with its quotes, and the value, as they are written.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> members_of(std::string_view object);

/// The elements of an array, as they are written.
[[nodiscard]] std::vector<std::string_view> elements_of(std::string_view array);

}  // namespace alster
