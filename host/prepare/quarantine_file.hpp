#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "data/ingest/quarantine.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// The lines of all ranks that cannot be used, in one file and in the order of the input, and the end of the job where
/// there are too many. The file is only made when there is such a line; one of an earlier run is removed.
class QuarantineFile {
public:
    /// `allowed`: the fraction of lines that may be bad.
    QuarantineFile(const Communicator& ranks, std::filesystem::path path, double allowed);

    /// Adds what the ranks have found in their parts of one log; `lines` (files): how many lines this rank has read.
    /// Collective. Errors: cannot_create (73); bad_data (65) where a rank's quarantine is hopeless.
    void add(const Quarantine& mine, std::span<const std::int64_t> lines);

    /// At the end of the input. Error: bad_data (65) where more than the allowed fraction of the lines was bad.
    void check() const;

    [[nodiscard]] std::int64_t lines() const { return lines_; }
    [[nodiscard]] std::int64_t bad() const { return bad_; }

    /// What is wrong with the first bad line; "": there is none.
    [[nodiscard]] const std::string& first() const { return first_; }

private:
    void append(const std::string& mine);
    void write(const std::string& rows);
    [[noreturn]] void stop() const;

    const Communicator& ranks_;
    std::filesystem::path path_;
    double allowed_;
    std::int64_t lines_ = 0;
    std::int64_t bad_ = 0;
    bool begun_ = false;
    std::string first_;  // "ratings.csv:3: value is not a number"
};

}  // namespace alster
