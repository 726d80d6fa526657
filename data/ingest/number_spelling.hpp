#pragma once
#include <string>
#include <string_view>

#include "data/ingest/defect.hpp"

namespace alster {

/// A number as another locale writes it, "2,5" or "+1", as read_event() takes it. `decimal_comma` tells what "1,234"
/// is: without it a comma before three digits could be of thousands.
struct NumberSpelling {
    Defect defect = Defect::none;  // why `text` is no number
    std::string text = {};
};
[[nodiscard]] NumberSpelling respell_number(std::string_view text, bool decimal_comma);

}  // namespace alster
