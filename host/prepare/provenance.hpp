#pragma once
#include <string>

#include "host/prepare/prepare.hpp"

namespace alster {

/// Where a dataset comes from, as JSON: inputs with their sizes in bytes, options, counts, the text of the rules, and
/// of a validation part the fingerprint of the dataset that it splits.
[[nodiscard]] std::string provenance(const PrepareOptions& options, const PrepareReport& report,
                                     const std::string& rules, const std::string& validates);

}  // namespace alster
