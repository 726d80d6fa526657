#include "host/train/checkpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "distributed/leader.hpp"
#include "host/train/run_directory.hpp"
#include "host/train/run_swap.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t generations = 2;

fs::path file_name(std::int64_t half_steps) { return fmt::format("half-{:06}.h5", half_steps); }

bool is_checkpoint(const fs::path& path)
{
    return path.extension() == ".h5" && path.filename().string().starts_with("half-");
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    return text;
}

/// Why a checkpoint of this very run cannot be whole, for its shape is not the run's; an empty text where it can.
std::string contradiction(const FoundCheckpoint& found, const RunToResume& run)
{
    const CheckpointInfo& info = found.reader.info();
    const bool users = info.half_steps % 2 == 1;
    const Row rows = users ? run.users : run.items;
    const Row start_rows = !run.keeps_start ? 0 : users ? run.items : run.users;
    for (const auto& [what, value, wanted] : {std::tuple("width", info.width, run.width),
                                              {"rows", info.rows, rows},
                                              {"start_rows", info.start_rows, start_rows}})
        if (value != wanted)
            return fmt::format("{}: attribute {} is {}, after {} half-steps of this run it must be {}: it is damaged",
                               found.path.string(), what, value, info.half_steps, wanted);
    const auto name = found.path.filename();
    if (is_checkpoint(name) && name != file_name(info.half_steps))
        return fmt::format("{}: attribute half_steps is {}, which its name is not: it is damaged", found.path.string(),
                           info.half_steps);
    return {};
}

[[noreturn]] void refuse_unreadable(const fs::path& path, const std::error_code& error)
{
    throw Error(ExitCode::io, "{}: cannot be read: {}: look at its permissions and those of what is above it",
                path.string(), error.message());
}

/// Of checkpoints in a directory, which may be missing. Throws io (74) where it may not be read.
std::vector<std::string> names_in(const fs::path& directory)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error))
        if (is_checkpoint(entry.path()) && entry.is_regular_file()) names.push_back(entry.path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory) refuse_unreadable(directory, error);
    return names;
}

std::vector<fs::path> checkpoints_in(const Communicator& ranks, const fs::path& directory)
{
    std::vector<std::string> names;
    // one rank looks: a shared file system may show the others an older directory
    by_leader(ranks, [&] { names = names_in(directory); });
    std::sort(names.rbegin(), names.rend());
    std::string text = joined(names);
    ranks.broadcast(text);
    std::vector<fs::path> paths;
    for (std::size_t first = 0; first < text.size();) {
        const auto end = text.find('\n', first);
        paths.push_back(directory / text.substr(first, end - first));
        first = end + 1;
    }
    return paths;
}

/// The first of some checkpoints that is whole.
struct Search {
    std::optional<FoundCheckpoint> found;
    std::vector<fs::path> damaged;  // before it
    std::string why;                // they are
    ExitCode code = ExitCode::done;
};

using RunOf = std::function<RunToResume(const FoundCheckpoint&)>;

/// Throws as require_same_run(). Collective.
Search first_whole(const Communicator& ranks, const std::vector<fs::path>& paths, const FileAccess& access,
                   const RunOf& run_of)
{
    Search search;
    for (const auto& path : paths) {
        std::optional<FoundCheckpoint> found;
        std::string failure;
        ExitCode code = ExitCode::done;
        const auto note = [&](const Error& error) {
            failure = error.what();
            code = error.code();
        };
        // Reading it is done by all ranks together: one that cannot even open it must not let the others wait. So all
        // look alone first, and agree.
        try {
            (void)Hdf5File::open(path, serial_access(), Verify::nothing);
        } catch (const Error& error) {
            note(error);
        }
        code = static_cast<ExitCode>(ranks.max(static_cast<std::int64_t>(code)));
        if (code == ExitCode::done) {
            try {
                found.emplace(FoundCheckpoint{CheckpointReader(path, access), path, search.why});
            } catch (const Error& error) {
                note(error);
            }
            code = static_cast<ExitCode>(ranks.max(static_cast<std::int64_t>(code)));
        }
        if (code == ExitCode::done) {
            const RunToResume run = run_of(*found);
            require_same_run(*found, run);
            failure = contradiction(*found, run);
            if (failure.empty()) {
                search.found = std::move(found);
                return search;
            }
            code = ExitCode::bad_data;
        }
        search.damaged.push_back(path);
        search.code = code;
        search.why += search.why.empty() ? "" : "; ";
        search.why += failure.empty() ? path.string() + ": another rank cannot read it" : failure;
    }
    return search;
}

}  // namespace

RunToResume run_to_resume(const TrainOptions& options, const DatasetInfo& data)
{
    return {.fingerprint = data.fingerprint,
            .config = start_config(options),
            .users = data.users,
            .items = data.items,
            .width = options.objective.width(),
            .keeps_start = options.solve.cg_steps > 0};
}

Checkpoints::Checkpoints(const Communicator& ranks, fs::path directory, const FileAccess& access)
    : ranks_(ranks), directory_(std::move(directory)), access_(access)
{
}

/// Under a name that is no checkpoint's, so that the generations kept are whole ones.
void Checkpoints::set_aside(const fs::path& path) const
{
    std::error_code ignored;
    if (ranks_.leads()) fs::rename(path, path.string() + ".damaged", ignored);
}

std::optional<FoundCheckpoint> Checkpoints::newest(const RunToResume& run) const
{
    const auto paths = checkpoints_in(ranks_, directory_);
    Search search = first_whole(ranks_, paths, access_, [&](const FoundCheckpoint&) { return run; });
    if (search.found) {
        for (const auto& newer : search.damaged) set_aside(newer);
        return std::move(search.found);
    }
    if (paths.empty()) return std::nullopt;
    throw Error(
        ExitCode::bad_data,
        "no checkpoint in {} can be read, and a run does not begin anew by itself: add --overwrite for that ({})",
        directory_.string(), search.why);
}

FoundCheckpoint checkpoint_to_export(const Communicator& ranks, const fs::path& source, const DatasetInfo& data,
                                     const FileAccess& access)
{
    std::error_code none;
    std::vector<fs::path> paths = {source};
    if (ranks.max(std::int64_t{ranks.leads() && fs::is_directory(source, none)}) > 0) {
        paths = checkpoints_in(ranks, source / "ckpt");
        if (paths.empty()) paths = checkpoints_in(ranks, source / next_run / "ckpt");
    }
    if (paths.empty())
        throw Error(ExitCode::bad_data, "{}: no checkpoint: the run has saved nothing yet, or is finished: see {}",
                    (source / "ckpt").string(), (source / "model.h5").string());
    Search search = first_whole(ranks, paths, access, [&](const FoundCheckpoint& found) {
        return run_to_resume(options_of(found.reader.info().config, found.path.string()), data);
    });
    if (!search.found) throw Error(search.code, "{}", search.why);
    return std::move(*search.found);
}

fs::path Checkpoints::write(const CheckpointInfo& info, const RowsToSave& solved, const RowsToSave& start) const
{
    std::error_code ignored;
    if (ranks_.leads()) fs::create_directories(directory_, ignored);
    ranks_.barrier();
    const auto path = directory_ / file_name(info.half_steps);
    write_checkpoint(path, info, solved, start, access_);
    const auto paths = checkpoints_in(ranks_, directory_);
    if (ranks_.leads())
        for (std::size_t n = generations; n < paths.size(); ++n) fs::remove(paths[n], ignored);
    return path;
}

void Checkpoints::clear() const
{
    std::error_code ignored;
    if (ranks_.leads()) fs::remove_all(directory_, ignored);
    ranks_.barrier();
}

void require_same_run(const FoundCheckpoint& found, const RunToResume& run)
{
    // what a checkpoint keeps beside start_config(): a run may go on otherwise
    constexpr std::array<std::string_view, 5> of_the_end = {"sweeps", "patience", "wire", "align_to", "precision"};
    const CheckpointInfo& info = found.reader.info();
    if (info.fingerprint != run.fingerprint)
        throw Error(ExitCode::bad_data,
                    "{}: belongs to other data than those given: give the dataset of that run, another --out, or add "
                    "--overwrite to begin anew",
                    found.path.string());
    const auto before = nlohmann::json::parse(info.config);
    auto now = nlohmann::json::parse(run.config);
    auto saved = nlohmann::json::parse(start_config(TrainOptions()));
    saved.update(before);
    for (const auto& [key, value] : before.items())
        if (!now.contains(key) && std::ranges::find(of_the_end, key) == of_the_end.end()) now[key] = nlohmann::json();
    for (const auto& [key, value] : now.items())
        if (saved.value(key, nlohmann::json()) != value)
            throw Error(ExitCode::bad_data,
                        "{}: belongs to a run with {} = {}, now it is {}: choose another --out, or add --overwrite to "
                        "begin anew",
                        found.path.string(), key, json_text(saved.value(key, nlohmann::json())), json_text(value));
}

}  // namespace alster
