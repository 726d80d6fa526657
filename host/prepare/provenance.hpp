#pragma once
#include <string>

#include "host/prepare/prepare.hpp"

namespace alster {

/// Where a dataset comes from, as JSON: inputs with their sizes in bytes, options, counts, the text of the rules.
[[nodiscard]] std::string provenance(const PrepareOptions& options, const PrepareReport& report,
                                     const std::string& rules);

}  // namespace alster
