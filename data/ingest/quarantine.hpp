#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "data/ingest/defect.hpp"
#include "data/ingest/line_source.hpp"

namespace alster {

/// Keeps the lines that cannot be used, with file, line number and reason (tab-separated), and stops the job where
/// there are too many. The file is only made when there is such a line; one of an earlier run is removed.
class Quarantine {
public:
    /// `allowed`: the fraction of lines that may be bad.
    Quarantine(std::filesystem::path path, double allowed);

    /// Counts a good line.
    void pass() { ++lines_; }

    /// Keeps a bad line. Errors: cannot_create (73); bad_data (65) as soon as there is no hope.
    void keep(const std::string& source, const Line& line, Defect defect);

    /// At the end of the input. Error: bad_data (65) where more than the allowed fraction of the lines was bad.
    void check();

    [[nodiscard]] std::int64_t lines() const { return lines_; }
    [[nodiscard]] std::int64_t bad() const { return bad_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    [[noreturn]] void stop();

    std::filesystem::path path_;
    double allowed_;
    std::int64_t lines_ = 0;
    std::int64_t bad_ = 0;
    std::string first_;  // "ratings.csv:3: value is not a number"
    std::ofstream file_;
};

}  // namespace alster
