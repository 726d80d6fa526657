#include "data/left_out.hpp"

namespace alster {

std::string words(const LeftOut& left_out)
{
    if (!left_out.consumed) return "nothing";
    std::string text = "consumed in training";
    if (left_out.held_out) text += ", consumed in the held-out part";
    if (left_out.disliked) text += ", disliked";
    return text;
}

std::optional<LeftOut> left_out(std::string_view text)
{
    for (const bool consumed : {false, true})
        for (const bool held_out : {false, true})
            for (const bool disliked : {false, true}) {
                const LeftOut one{.consumed = consumed, .held_out = held_out, .disliked = disliked};
                if (words(one) == text) return one;
            }
    return std::nullopt;
}

}  // namespace alster
