#pragma once
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace alster {

/// metrics.jsonl: one JSON object a line, written through at once, so that a killed run leaves what it knew.
/// Errors: cannot_create (73) where the file cannot be opened, io (74) where a line cannot be written.
class MetricsLog {
public:
    /// Appends to the file; every line carries the run's id and the seconds since 1970.
    MetricsLog(const std::filesystem::path& path, std::string run_id);

    /// A log that keeps nothing: for ranks other than the first.
    MetricsLog() = default;

    void write(const std::string& event, nlohmann::json fields);

private:
    std::ofstream file_;
    std::string path_;
    std::string run_id_;
};

}  // namespace alster
