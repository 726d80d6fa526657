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

}  // namespace

Journal::Journal(const Communicator& ranks, std::filesystem::path path, const json& about, bool overwrite)
    : ranks_(ranks), path_(std::move(path))
{
    std::istringstream text(text_of(ranks, path_));
    std::string whole;  // without the half line that a killed run may have left
    for (std::string line; std::getline(text, line);) {
        const json entry = json::parse(line, nullptr, false);
        if (entry.is_discarded() || !entry.is_object()) break;
        if (whole.empty()) {
            resumed_ = entry == about;
            if (!resumed_ && !overwrite)
                throw Error(ExitCode::cannot_create,
                            "{}: is of other data or options: choose another --out, or add --overwrite",
                            path_.string());
            if (!resumed_) break;
        } else if (entry.contains("key") && entry.contains("value")) {
            found_[json_text(entry["key"])] = entry["value"];
        }
        whole += line + '\n';
    }
    if (!resumed_) whole = json_text(about) + '\n';
    by_leader(ranks_, [&] { write_whole(path_, whole); });
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
