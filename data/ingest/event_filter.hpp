#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/ingest/event.hpp"

namespace alster {

/// Which events of a log are ignored: they are no bad lines, and nothing is made of them.
struct EventFilter {
    std::optional<double> below = std::nullopt;  // values below it
    std::vector<double> values = {};             // these values
    std::vector<std::string> types = {};         // events of these types
    std::vector<std::string> only = {};          // events of any other type; empty: of none

    /// The types that it names, `types` and then `only`.
    [[nodiscard]] std::vector<std::string> named_types() const;

    /// An event without a value has none to be ignored for.
    [[nodiscard]] bool ignores(const Event& event) const;
};

}  // namespace alster
