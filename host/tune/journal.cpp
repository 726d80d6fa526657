#include "host/tune/journal.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "data/output_path.hpp"
#include "distributed/leader.hpp"

namespace alster {

namespace {

using nlohmann::json;

std::string text_of(const Communicator& ranks, const std::filesystem::path& path)
{
    std::string text;
    if (ranks.leads()) {
        std::ifstream file(path, std::ios::binary);
        text.assign(std::istreambuf_iterator(file), {});
    }
    ranks.broadcast(text);
    return text;
}

/// The whole lines that are objects, without the half one that a killed run may have left or another is writing.
std::vector<json> entries_of(const std::string& text)
{
    std::vector<json> entries;
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
        json entry = json::parse(line, nullptr, false);
        if (entry.is_discarded() || !entry.is_object()) break;
        entries.push_back(std::move(entry));
    }
    return entries;
}

[[noreturn]] void refuse_other(const std::filesystem::path& path)
{
    throw Error(ExitCode::cannot_create, "{}: is of other data or options: choose another --out, or add --overwrite",
                path.string());
}

bool is_measurement(const json& entry) { return entry.contains("key") && entry.contains("value"); }

}  // namespace

Journal::Journal(const Communicator& ranks, std::filesystem::path path, const json& about, bool overwrite)
    : ranks_(ranks), path_(std::move(path)), about_(json_text(about))
{
    const auto entries = entries_of(text_of(ranks, path_));
    resumed_ = !entries.empty() && entries.front() == about;
    if (!entries.empty() && !resumed_ && !overwrite) refuse_other(path_);
    std::string whole = about_ + '\n';
    for (std::size_t n = 1; resumed_ && n < entries.size(); ++n) {
        whole += json_text(entries[n]) + '\n';
        if (!is_measurement(entries[n])) continue;
        found_[json_text(entries[n]["key"])] = entries[n]["value"];
        seconds_before_ += entries[n]["value"].value("seconds", 0.0);
    }
    by_leader(ranks_, [&] { write_whole(path_, whole); });
}

void Journal::read(const std::vector<std::filesystem::path>& others)
{
    for (const auto& path : others) {
        const auto entries = entries_of(text_of(ranks_, path));
        if (!entries.empty() && json_text(entries.front()) != about_) refuse_other(path);
        for (const json& entry : entries)
            if (is_measurement(entry)) found_.try_emplace(json_text(entry["key"]), entry["value"]);
    }
}

std::optional<json> Journal::find(const json& key) const
{
    const auto found = found_.find(json_text(key));
    if (found == found_.end()) return std::nullopt;
    return found->second;
}

void Journal::append(const json& line) const
{
    std::ofstream file(path_, std::ios::binary | std::ios::app);
    file << json_text(line) << '\n';
    file.flush();
    if (!file) throw Error(ExitCode::io, "{}: cannot be written", path_.string());
    sync_to_disk(path_);
}

void Journal::add(const json& key, const json& value)
{
    found_[json_text(key)] = value;
    by_leader(ranks_, [&] { append({{"key", key}, {"value", value}}); });
}

}  // namespace alster
