#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"

namespace alster {

/// What has been measured, kept in a file of one JSON object a line: a run that is interrupted does not measure it
/// again. Every rank knows all of it; the leading one writes. Several runs that measure for each other have a file each,
/// and read all of them.
class Journal {
public:
    /// Reads what is there. `about`: what measurements depend on, the first line. Errors: cannot_create (73) where the
    /// file is about something else, unless `overwrite` says that it is given up. Collective.
    Journal(const Communicator& ranks, std::filesystem::path path, const nlohmann::json& about, bool overwrite);

    /// Whether the file was there, with these measurements.
    [[nodiscard]] bool resumed() const { return resumed_; }

    /// Seconds that stood there of what was measured.
    [[nodiscard]] double seconds_before() const { return seconds_before_; }

    /// Reads what others have measured meanwhile. Errors: cannot_create (73) where one of the files is about something
    /// else. Collective.
    void read(const std::vector<std::filesystem::path>& others);

    /// What stands there of `key`.
    [[nodiscard]] std::optional<nlohmann::json> find(const nlohmann::json& key) const;

    /// Adds it; on the disk when this returns. Errors: io (74). Collective.
    void add(const nlohmann::json& key, const nlohmann::json& value);

private:
    void append(const nlohmann::json& line) const;

    const Communicator& ranks_;
    std::filesystem::path path_;
    std::string about_;  // the first line
    bool resumed_ = false;
    double seconds_before_ = 0;
    std::map<std::string, nlohmann::json> found_;
};

}  // namespace alster
