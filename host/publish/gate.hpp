#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/error.hpp"
#include "host/statistics/interval.hpp"
#include "host/statistics/verdict.hpp"

namespace alster {

/// Something that must hold before a thing is published.
struct GateCheck {
    std::string name;  // "against popularity", "audit"
    bool passed = false;
    ExitCode failure = ExitCode::quality_gate;  // what the program ends with where it does not hold
    std::string said;                           // why, in a sentence
};

/// A file that was judged, so that another one is not published in its place.
struct JudgedFile {
    std::filesystem::path path;  // absolute
    std::uint64_t bytes = 0;
    std::string sha256;
};

/// What a gate says of a model or an export.
struct GateResult {
    std::string subject;
    std::string created_utc;
    std::vector<JudgedFile> files;
    std::vector<GateCheck> checks;  // at least one

    [[nodiscard]] bool passed() const;

    /// 0 where all checks passed, else guardrail (10) before quality_gate (11).
    [[nodiscard]] ExitCode code() const;

    /// The checks that failed, in one line.
    [[nodiscard]] std::string failures() const;
};

/// A comparison with something that the subject must not be worse than.
struct GateComparison {
    std::string against;
    std::string metric;
    std::int64_t users = 0;
    double base = 0;
    double subject = 0;
    Interval difference;  // subject − base
    Verdict verdict = Verdict::cannot_tell;
};

/// Fails where the verdict is "worse". A gate of few users lets much through, so it also says which loss it may have
/// missed.
[[nodiscard]] GateCheck not_worse(const GateComparison& comparison);

/// Whether an audit passed: its file is a JSON object with "passed", true or false, and perhaps "violations", a number,
/// and "lists_sha256", of the lists as alster audit saw them: these must be among `files`, unchanged. Errors:
/// bad_data (65) for another file.
[[nodiscard]] GateCheck audit_passed(const std::filesystem::path& path,
                                     const std::vector<std::filesystem::path>& files);

/// Takes the size and the SHA-256 of a file. Errors: io (74).
[[nodiscard]] JudgedFile judged_file(const std::filesystem::path& path);

[[nodiscard]] nlohmann::ordered_json verdict_json(const GateResult& result);

/// A verdict file: that JSON. Errors: cannot_create (73), io (74).
void write_verdict(const std::filesystem::path& path, const GateResult& result);

/// Errors: bad_data (65) for a file that is missing or is no verdict.
[[nodiscard]] GateResult read_verdict(const std::filesystem::path& path);

}  // namespace alster
