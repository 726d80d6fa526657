#include "data/validation_part.hpp"

#include <nlohmann/json.hpp>

namespace alster {

std::string validates(const DatasetInfo& info)
{
    const auto provenance = nlohmann::json::parse(info.provenance, nullptr, false);
    if (!provenance.is_object() || !provenance.contains("validates")) return "";
    const auto& fingerprint = provenance["validates"];
    return fingerprint.is_string() ? fingerprint.get<std::string>() : "";
}

}  // namespace alster
