#include "host/update/erase.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/model_file.hpp"
#include "data/output_file.hpp"
#include "data/output_lock.hpp"
#include "data/printable.hpp"
#include "data/sha256.hpp"
#include "host/update/erased_files.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

struct Kind {
    const char* format;
    ErasedFile (*erase)(const fs::path&, Erasure&);
};

constexpr Kind kinds[] = {{"alster-dataset", erase_in_dataset},  // before the files that follow it
                          {"alster-model", erase_in_model},
                          {"alster-lists", erase_in_lists},
                          {"alster-neighbours", erase_in_neighbours}};

struct FileToClear {
    fs::path path;
    const Kind* kind;
};

FileToClear look_at(const fs::path& given)
{
    const fs::path path = model_file_of(given);
    const Hdf5File file = Hdf5File::open(path, serial_access(), Verify::nothing);
    const std::string format = file.has_attribute("/", "format") ? file.text_attribute("/", "format") : "";
    for (const Kind& kind : kinds)
        if (format == kind.format) return {path, &kind};
    throw Error(ExitCode::bad_data,
                "{}: is {}; erase takes datasets, models, lists and neighbours: delete other files, or make them again",
                path.string(), format.empty() ? "no file of alster" : fmt::format("of the format {}", format));
}

std::vector<FileToClear> look_at_all(const EraseOptions& options)
{
    std::vector<FileToClear> files;
    for (const auto& path : options.files) {
        files.push_back(look_at(path));
        std::error_code none;
        for (std::size_t n = 0; n + 1 < files.size(); ++n)
            if (fs::equivalent(files[n].path, files.back().path, none))
                throw Error(ExitCode::usage, "{}: is given twice", path.string());
    }
    std::ranges::stable_sort(files, {}, &FileToClear::kind);
    return files;
}

/// manifest.json beside a model has the model's size and digest.
void renew_manifest(const fs::path& model)
{
    const fs::path path = model.parent_path() / "manifest.json";
    std::ifstream file(path);
    if (!file) return;
    auto manifest = nlohmann::json::parse(file, nullptr, false);
    if (!manifest.is_object() || !manifest.contains("files") || !manifest["files"].is_array()) return;
    bool found = false;
    for (auto& entry : manifest["files"]) {
        if (!entry.is_object() || entry.value("file", "") != model.filename().string()) continue;
        entry["bytes"] = fs::file_size(model);
        entry["sha256"] = sha256_of_file(model);
        found = true;
    }
    if (found) write_whole(path, json_text(manifest, 2) + '\n');
}

Offset missing(const std::vector<std::uint8_t>& found) { return std::ranges::count(found, 0); }

/// Ids that none of the files has are remembered by a dataset, or asked for in vain.
void judge(const Erasure& erasure, bool datasets, EraseReport& report)
{
    const Offset unknown = missing(erasure.found_users) + missing(erasure.found_items);
    const Offset all = std::ssize(erasure.users) + std::ssize(erasure.items);
    if (unknown == all && !datasets)
        throw Error(ExitCode::bad_data, "none of the {} ids stands in these files, and no dataset is among them", all);
    if (unknown == 0) return;
    report.warnings.push_back(fmt::format("{} of the {} ids stand in none of the files{}", unknown, all,
                                          datasets ? ": the dataset remembers them" : ""));
}

/// Nobody's id has them, and whoever was meant would stay.
void require_no_blanks(const std::string& id)
{
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    if (id.empty() || is_blank(id.front()) || is_blank(id.back()))
        throw Error(ExitCode::bad_data, "the id '{}' to erase begins or ends with a blank, or is none", printable(id));
}

/// What a run would go on from, or be exported from, brings back whom the model forgets.
void warn_of_checkpoints(const fs::path& model, EraseReport& report)
{
    std::error_code none;
    for (const char* place : {"ckpt", ".next/ckpt"})
        if (const fs::path folder = model.parent_path() / place; fs::is_directory(folder, none))
            report.warnings.push_back(
                fmt::format("{} holds checkpoints, which keep everybody: delete it, and train again", folder.string()));
}

}  // namespace

std::string Erasure::following(const std::string& fingerprint) const
{
    for (const Successor& successor : successors)
        if (!fingerprint.empty() && successor.former.find(fingerprint) != std::string::npos) return successor.now;
    return fingerprint;
}

ClearedRows Erasure::rows_of(Side side, const IdColumn& ids, const std::string& fingerprint)
{
    const bool of_users = side == Side::users;
    ClearedRows rows = rows_to_clear(ids, of_users ? users : items, of_users ? found_users : found_items);
    for (const Successor& successor : successors) {
        const bool is_its_file =
            successor.former.find(fingerprint) != std::string::npos || successor.now == fingerprint;
        if (fingerprint.empty() || !is_its_file) continue;
        for (Row r = 0; r < ids.rows(); ++r) {
            if (rows.marks[r] != 0 || is_erased(ids, r, r) || !successor.tombstones.contains(side, ids.text(r)))
                continue;
            rows.marks[r] = 1;
            ++rows.count;
        }
    }
    return rows;
}

EraseReport erase(const EraseOptions& options)
{
    if (options.users.empty() && options.items.empty())
        throw Error(ExitCode::usage, "name the ids to erase: --user, --item, --users-from or --items-from");
    for (const auto* ids : {&options.users, &options.items})
        for (const auto& id : *ids) require_no_blanks(id);
    const auto files = look_at_all(options);
    std::vector<OutputLock> locks;
    for (const auto& file : files) locks.push_back(OutputLock::of_file(file.path));
    Erasure erasure{.users = options.users,
                    .items = options.items,
                    .found_users = std::vector<std::uint8_t>(options.users.size()),
                    .found_items = std::vector<std::uint8_t>(options.items.size()),
                    .successors = {}};
    EraseReport report;
    for (const auto& file : files) {
        report.files.push_back(file.kind->erase(file.path, erasure));
        if (report.files.back().kind != "model") continue;
        if (report.files.back().written) renew_manifest(file.path);
        warn_of_checkpoints(file.path, report);
    }
    const bool datasets = std::ranges::any_of(report.files, [](const auto& f) { return f.kind == "dataset"; });
    judge(erasure, datasets, report);
    return report;
}

}  // namespace alster
