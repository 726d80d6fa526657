#include "host/publish/gate.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "data/sha256.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* format = "alster-verdict";

Json read_object(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator(file), {}};
    if (!file.is_open())
        throw Error(ExitCode::bad_data, "{}: cannot be read: give the path of the file", path.string());
    auto object = Json::parse(text, nullptr, false);
    if (!object.is_object()) throw Error(ExitCode::bad_data, "{}: is not a JSON object", path.string());
    return object;
}

ExitCode failure_of(std::int64_t code)
{
    return code == static_cast<int>(ExitCode::guardrail) ? ExitCode::guardrail : ExitCode::quality_gate;
}

}  // namespace

bool GateResult::passed() const
{
    return !checks.empty() && std::ranges::all_of(checks, [](const GateCheck& check) { return check.passed; });
}

ExitCode GateResult::code() const
{
    if (passed()) return ExitCode::done;
    const bool violated = std::ranges::any_of(
        checks, [](const GateCheck& check) { return !check.passed && check.failure == ExitCode::guardrail; });
    return violated ? ExitCode::guardrail : ExitCode::quality_gate;
}

std::string GateResult::failures() const
{
    std::vector<std::string> said;
    for (const auto& check : checks)
        if (!check.passed) said.push_back(fmt::format("{}: {}", check.name, check.said));
    return fmt::format("{}", fmt::join(said, "; "));
}

GateCheck not_worse(const GateComparison& comparison)
{
    return {.name = "against " + comparison.against,
            .passed = comparison.verdict != Verdict::worse,
            .failure = ExitCode::quality_gate,
            .said = fmt::format("{}: {} {:.4f} against {:.4f}, difference {:+.4f} … {:+.4f} over {} users; a loss of "
                                "{:.4f} cannot be excluded",
                                name(comparison.verdict), comparison.metric, comparison.subject, comparison.base,
                                comparison.difference.low, comparison.difference.high, comparison.users,
                                std::max(0.0, -comparison.difference.low))};
}

GateCheck audit_passed(const fs::path& path, const std::vector<fs::path>& files)
{
    const Json audit = read_object(path);
    if (!audit.contains("passed") || !audit["passed"].is_boolean())
        throw Error(ExitCode::bad_data, "{}: is no audit: it lacks \"passed\", true or false", path.string());
    const auto violations = audit.value("violations", Json());
    const bool none = !violations.is_number() || violations.get<double>() == 0;
    const bool passed = audit["passed"] && none;  // a file that somebody wrote may say both
    const auto digest = audit.value("lists_sha256", std::string());
    const bool known = digest.empty() ||
                       std::ranges::any_of(files, [&](const fs::path& file) { return sha256_of_file(file) == digest; });
    if (!known)
        return {.name = "audit",
                .passed = false,
                .failure = ExitCode::guardrail,
                .said = fmt::format("{} is of other lists than any --file", path.string())};
    return {.name = "audit",
            .passed = passed,
            .failure = ExitCode::guardrail,
            .said = fmt::format(
                "{} {}{}", path.string(), passed ? "passed" : "failed",
                violations.is_number_integer() ? fmt::format(", {} violations", violations.get<std::int64_t>()) : "")};
}

JudgedFile judged_file(const fs::path& path)
{
    std::error_code error;
    const auto bytes = fs::file_size(path, error);
    if (error) throw Error(ExitCode::bad_data, "{}: {}", path.string(), error.message());
    return {fs::absolute(path), bytes, sha256_of_file(path)};
}

nlohmann::ordered_json verdict_json(const GateResult& result)
{
    Json object = {
        {"format", format},          {"passed", result.passed()},         {"code", static_cast<int>(result.code())},
        {"subject", result.subject}, {"created_utc", result.created_utc}, {"files", Json::array()},
        {"checks", Json::array()}};
    for (const auto& file : result.files)
        object["files"].push_back({{"path", file.path.string()}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    for (const auto& check : result.checks)
        object["checks"].push_back({{"name", check.name},
                                    {"passed", check.passed},
                                    {"code", check.passed ? 0 : static_cast<int>(check.failure)},
                                    {"said", check.said}});
    return object;
}

void write_verdict(const fs::path& path, const GateResult& result)
{
    write_whole(path, json_text(verdict_json(result), 2) + "\n");
}

GateResult read_verdict(const fs::path& path)
{
    const Json object = read_object(path);
    GateResult result;
    try {
        if (object.at("format") != format) throw Error(ExitCode::bad_data, "{}: is no verdict file", path.string());
        result.subject = object.at("subject");
        result.created_utc = object.at("created_utc");
        for (const auto& file : object.at("files"))
            result.files.push_back(
                {file.at("path").get<std::string>(), file.at("bytes"), file.at("sha256").get<std::string>()});
        for (const auto& check : object.at("checks"))
            result.checks.push_back(
                {check.at("name"), check.at("passed"), failure_of(check.at("code")), check.at("said")});
        if (object.at("passed") != result.passed())
            throw Error(ExitCode::bad_data, "{}: contradicts itself: \"passed\" is not what its checks say",
                        path.string());
    } catch (const nlohmann::json::exception&) {
        throw Error(ExitCode::bad_data, "{}: is no verdict file, or a damaged one: run alster gate again",
                    path.string());
    }
    return result;
}

}  // namespace alster
