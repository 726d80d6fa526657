#pragma once
#include <filesystem>
#include <fstream>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace alster {

/// metrics.jsonl: one JSON object a line, written through at once, so that a killed run leaves what it knew. Where it
/// cannot be written the run goes on without it, after one warning: it is a report, not the result.
class MetricsLog {
public:
    /// Appends to the file; every line carries the run's id and the seconds since 1970.
    MetricsLog(const std::filesystem::path& path, std::string run_id);

    /// A log that keeps nothing: for ranks other than the first.
    MetricsLog() = default;

    void write(const std::string& event, nlohmann::json fields);

private:
    void give_up();

    std::ofstream file_;
    std::string path_;
    std::string run_id_;
};

}  // namespace alster
