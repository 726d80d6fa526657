#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace alster {

/// Configuration files in TOML: an option a key, a list of values an array. What is written reads back as the same
/// values, whatever their bytes are. A flag that is false and an array that is empty stand for an option that is not
/// given.
class ConfigFile final : public CLI::Config {
public:
    std::string to_config(const CLI::App* app, bool default_also, bool write_description,
                          std::string prefix) const override;
    std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
};

}  // namespace alster
