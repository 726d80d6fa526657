#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace alster {

/// One option of `alster train`, without its dashes, and its value as one would type it.
struct Setting {
    std::string option;
    std::string value;
};

/// What one run of a sweep sets.
using SweepRun = std::vector<Setting>;

/// Says why there cannot be such a setting, or nothing where there can.
using SettingCheck = std::function<std::string(const Setting&)>;

/// The runs of a sweep file (TOML): every combination of the lists in [grid], the last one varying fastest, and then
/// each [[run]]; a key before them is for all runs that do not set it themselves. Errors: bad_config (78), naming file,
/// line and key.
[[nodiscard]] std::vector<SweepRun> read_sweep(const std::filesystem::path& path, const SettingCheck& check);

/// "factors 64, reg 0.01"
[[nodiscard]] std::string text_of(const SweepRun& run);

}  // namespace alster
