#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/measuring_options.hpp"
#include "host/evaluate/paired_comparison.hpp"
#include "host/machine/utc_now.hpp"
#include "host/publish/gate.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster gate runs/new --data dataset.h5 --former runs/current --audit audit.json --verdict verdict.json\n"
    "  alster publish runs/new --as runs/current --verdict verdict.json\n"
    "\n"
    "Ends with 11 where the model or list file is worse than popularity or than the former one, and with 10 where an\n"
    "audit failed. docs/experiments.md says what a gate can and cannot see.";

struct GateOptions {
    UserValueOptions measured;
    ComparisonRules rules;
    std::filesystem::path subject;
    std::filesystem::path former;
    std::vector<std::filesystem::path> audits;
    std::vector<std::filesystem::path> files;
    std::filesystem::path verdict;
    bool every_slice = false;
};

void add_options(CLI::App& app, GateOptions& options)
{
    app.add_option("subject", options.subject, "Run, model file or list file that is to be published")->required();
    app.add_option("--former", options.former, "What is published now: run, model file or list file");
    app.add_option("--audit", options.audits, "Result of an audit: a JSON file with \"passed\"");
    app.add_option("--file", options.files, "Also publishes this file: the verdict names its checksum");
    app.add_option("--verdict", options.verdict, "Where to write the verdict")->required();
    app.add_flag("--every-slice", options.every_slice, "It must not be worse in any slice either");
    add_measuring_options(app, options.measured, options.rules);
}

GateCheck check_of(const std::string& metric, const std::string& base, const SliceComparison& slice)
{
    const std::string part = slice.label.empty() ? "" : fmt::format(" ({}: {})", slice.slice, slice.label);
    return not_worse({.against = base + part,
                      .metric = metric,
                      .users = slice.difference.units,
                      .base = slice.base,
                      .subject = slice.other,
                      .difference = slice.difference.interval,
                      .verdict = slice.verdict});
}

/// Each rank reads them, before anything is measured.
std::vector<GateCheck> read_audits(const GateOptions& options)
{
    std::vector<GateCheck> checks;
    for (const auto& audit : options.audits) checks.push_back(audit_passed(audit, options.files));
    return checks;
}

/// The subject is the last of the systems.
GateResult judge(const UserValues& values, const std::vector<GateCheck>& audits, const GateOptions& options)
{
    GateResult result{.subject = options.subject.string(), .created_utc = "", .files = {}, .checks = {}};
    const std::size_t subject = values.systems.size() - 1;
    for (std::size_t base = 0; base < subject; ++base) {
        const auto comparison = compare_systems(values, base, subject, options.rules);
        result.checks.push_back(check_of(values.metric, comparison.base, comparison.everybody));
        if (!options.every_slice) continue;
        for (const auto& slice : comparison.slices)
            result.checks.push_back(check_of(values.metric, comparison.base, slice));
    }
    result.checks.insert(result.checks.end(), audits.begin(), audits.end());
    result.files.push_back(judged_file(model_of(options.subject)));
    for (const auto& file : options.files) result.files.push_back(judged_file(file));
    return result;
}

std::string to_text(const GateResult& result)
{
    std::string text;
    for (const auto& check : result.checks)
        text += fmt::format("{:<7} {}: {}\n", check.passed ? "passed" : "failed", check.name, check.said);
    return text +
           fmt::format("{} {}\n", result.subject, result.passed() ? "may be published" : "is not to be published");
}

}  // namespace

int gate_command(int argc, char** argv)
{
    GateOptions options;
    CommandLine line("gate", "Judges a model or a list file before it is published.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    for (const auto& run : {options.former, options.subject})
        if (!run.empty()) options.measured.runs.push_back(run);

    const Communicator ranks;
    const auto audits = read_audits(options);
    const UserValues values = measure_users(ranks, options.measured);
    std::int64_t code = 0;
    const std::string now = utc_now(ranks, "{:%Y-%m-%dT%H:%M:%SZ}");
    if (ranks.leads()) {
        GateResult result = judge(values, audits, options);
        result.created_utc = now;
        write_verdict(options.verdict, result);
        for (const auto& note : values.notes) say("alster: warning: {}", note);
        print("{}", line.json() ? json_text(verdict_json(result)) + "\n" : to_text(result));
        code = static_cast<int>(result.code());
        if (code != 0) say("alster: {} is not to be published: {}", result.subject, result.failures());
    }
    ranks.broadcast({&code, 1});
    return static_cast<int>(code);
}

}  // namespace alster
