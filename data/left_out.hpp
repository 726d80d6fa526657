#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace alster {

/// What the lists of users leave out.
struct LeftOut {
    bool consumed = false;  // in training
    bool held_out = false;  // and consumed in the held-out part
    bool disliked = false;

    bool operator==(const LeftOut&) const = default;
};

/// The words for it in files: "nothing", or parts of "consumed in training, consumed in the held-out part, disliked".
[[nodiscard]] std::string words(const LeftOut& left_out);

/// What these words say; nothing where they are no such words.
[[nodiscard]] std::optional<LeftOut> left_out(std::string_view words);

}  // namespace alster
