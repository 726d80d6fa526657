#pragma once
#include <filesystem>
#include <string>

namespace alster {

/// A user or an item that `alster inspect` is asked about, or both: then whether the one may see the other.
struct RowQuestion {
    std::string user;
    std::string item;
    std::string eligibility;  // a file of rules; "": none
    std::string at = "now";

    [[nodiscard]] bool asked() const { return !user.empty() || !item.empty(); }
};

/// Prints what a dataset says of them. Errors: bad_data (65) for an unknown id or a file that is no dataset, bad_config
/// (78) for rules that do not suit it.
void inspect_rows(const std::filesystem::path& dataset, const RowQuestion& question, bool json);

}  // namespace alster
