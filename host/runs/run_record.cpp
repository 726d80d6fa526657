#include "host/runs/run_record.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/runs/toml_value.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_of(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator(file), {}};
}

/// "true", "false", or "" where it is no flag.
std::string flag_of(const toml::node& node)
{
    const auto flag = node.value<bool>();
    return flag ? (*flag ? "true" : "false") : "";
}

std::map<std::string, std::string> read_options(const fs::path& path)
{
    std::map<std::string, std::string> options;
    try {
        // paths in it need not be UTF-8, as TOML wants it
        for (const auto& [key, value] : toml::parse(valid_utf8(text_of(path)), path.string()))
            options[printable(key.str())] = printable(as_typed(value).value_or(flag_of(value)));
    } catch (const toml::parse_error& error) {
        throw Error(ExitCode::bad_data, "{}: {}", path.string(), error.description());
    }
    return options;
}

}  // namespace

const char* name(RunState state)
{
    switch (state) {
        case RunState::finished:
            return "finished";
        case RunState::failed:
            return "failed";
        default:
            return "unfinished";
    }
}

void RunRecord::take(const json& event)
{
    const std::string kind = event.value("event", "");
    if (kind == "start") {  // anew, unless "resume" follows
        *this = {.name = name, .path = path, .options = options, .fingerprint = event.at("data")};
    } else if (kind == "resume") {
        sweeps = event.at("half_steps").get<int>() / 2;
        seconds = event.at("seconds");
    } else if (kind == "sweep") {
        sweeps = event.at("sweep");
        seconds += event.at("seconds").get<double>();
    } else if (kind == "failed") {
        state = RunState::failed;
        failure = printable(event.at("message").get<std::string>());
    } else if (kind == "end") {
        state = RunState::finished;
        sweeps = event.at("sweeps");
        seconds = event.at("seconds");
        best_sweep = event.value("best_sweep", 0);
    }
    for (const char* known : {"ndcg@10", "rmse"}) {
        if (!event.contains(known)) continue;
        metric = known;
        measured = {event.at(metric), event.at(metric + "_low"), event.at(metric + "_high")};
        baseline.name = event.value("baseline", "");
        baseline.value = event.value(compared().key(), 0.0);
    }
}

std::string RunRecord::option(const std::string& option_name) const
{
    const auto found = options.find(option_name);
    return found == options.end() ? "" : found->second;
}

RunRecord read_run(const fs::path& directory)
{
    RunRecord run{.name = printable(directory.filename().string()),
                  .path = directory,
                  .options = read_options(directory / "config.resolved.toml")};
    std::ifstream log(directory / "metrics.jsonl");
    try {
        for (std::string line; std::getline(log, line);) {
            const json event = json::parse(line, nullptr, false);
            if (!event.is_discarded()) run.take(event);  // a run that is killed may leave half a line
        }
    } catch (const json::exception& error) {
        throw Error(ExitCode::bad_data, "{}: not as alster train writes it: {}", (directory / "metrics.jsonl").string(),
                    error.what());
    }
    return run;
}

}  // namespace alster
