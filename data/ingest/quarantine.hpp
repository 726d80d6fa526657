#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/defect.hpp"
#include "data/ingest/line_source.hpp"

namespace alster {

/// Keeps the lines of one log, or of a process's parts of it, that cannot be used. It costs the text of these lines.
class Quarantine {
public:
    /// `allowed`: the fraction of lines that may be bad.
    explicit Quarantine(double allowed) : allowed_(allowed) {}

    /// Counts a good line.
    void pass() { ++lines_; }

    /// Keeps a bad line. `detail` may say more about the defect.
    void keep(const std::string& source, const Line& line, Defect defect, std::string_view detail = {});

    /// True where reading on is of no use: no bad line is allowed, or most lines are bad.
    [[nodiscard]] bool hopeless() const { return hopeless_; }

    [[nodiscard]] std::int64_t lines() const { return lines_; }
    [[nodiscard]] std::int64_t bad() const { return static_cast<std::int64_t>(kept_.size()); }

    /// The bad lines with file, line number and reason (tab-separated), and what is wrong with the first of them:
    /// "ratings.csv:3: value is not a number". `before` (files): how many lines of each file come before its part.
    [[nodiscard]] std::string rows(std::span<const std::int64_t> before) const;
    [[nodiscard]] std::string first(std::span<const std::int64_t> before) const;

private:
    struct BadLine {
        std::string source;
        std::size_t file;
        std::int64_t number;
        std::string reason;
        std::string text;
    };
    double allowed_;
    bool hopeless_ = false;
    std::int64_t lines_ = 0;
    std::vector<BadLine> kept_;
};

}  // namespace alster
