#include "host/train/run_swap.hpp"

#include "data/error.hpp"
#include "data/output_path.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

constexpr const char* old_run = ".old";
constexpr const char* current_run = ".current";
constexpr const char* new_link = ".link.tmp";

/// Makes run/name a symbolic link, at once, whatever stood there.
void point(const fs::path& run, const char* name, const fs::path& to)
{
    fs::remove(run / new_link);
    fs::create_symlink(to, run / new_link);
    fs::rename(run / new_link, run / name);
}

/// Files take the places of the links that lead to them; where there is none the link goes.
void replace_links(const fs::path& run, const char* from)
{
    for (const char* name : run_files) {
        if (!fs::is_symlink(run / name)) continue;
        if (fs::exists(run / from / name))
            fs::rename(run / from / name, run / name);
        else
            fs::remove(run / name);
    }
}

/// `current` goes before the old files and after the new ones, so that it always tells how far a kill let it come.
void settle(const fs::path& run)
{
    replace_links(run, next_run);
    std::error_code ignored;  // files that are still open stay a while on network file systems
    fs::remove_all(run / "ckpt", ignored);
    fs::remove_all(run / next_run, ignored);
    fs::remove(run / current_run);
    fs::remove_all(run / old_run, ignored);
}

void lead_names_through_current(const fs::path& run)
{
    fs::remove_all(run / old_run);
    fs::create_directory(run / old_run);
    for (const char* name : run_files)
        if (fs::is_regular_file(run / name)) fs::create_hard_link(run / name, run / old_run / name);
    point(run, current_run, old_run);
    for (const char* name : run_files) point(run, name, fs::path(current_run) / name);
    sync_to_disk(run);
}

void rename_one_by_one(const fs::path& run)
{
    for (const char* name : run_files)
        if (fs::exists(run / next_run / name)) fs::rename(run / next_run / name, run / name);
    settle(run);
}

bool knows_no_links(const std::error_code& error)
{
    return error == std::errc::operation_not_permitted || error == std::errc::operation_not_supported ||
           error == std::errc::not_supported || error == std::errc::function_not_supported ||
           error == std::errc::too_many_links || error == std::errc::cross_device_link;
}

bool recover(const fs::path& run)
{
    fs::remove(run / new_link);
    const bool begun = fs::is_symlink(run / current_run);
    const bool done = begun && fs::read_symlink(run / current_run) == next_run;
    if (done) {
        settle(run);
        return true;
    }
    if (begun) replace_links(run, old_run);
    fs::remove(run / current_run);
    fs::remove_all(run / old_run);
    return false;
}

template <class Work>
auto with_errors_of(const fs::path& run, Work work)
{
    try {
        return work();
    } catch (const fs::filesystem_error& error) {
        throw Error(ExitCode::io, "{}: its files cannot be replaced: {}: run the same command again", run.string(),
                    error.code().message());
    }
}

}  // namespace

void swap_in_next(const fs::path& run)
{
    with_errors_of(run, [&] {
        try {
            lead_names_through_current(run);
        } catch (const fs::filesystem_error& error) {
            recover(run);
            if (!knows_no_links(error.code())) throw;
            rename_one_by_one(run);
            return;
        }
        point(run, current_run, next_run);
        sync_to_disk(run);
        settle(run);
        sync_to_disk(run);
    });
}

bool recover_swap(const fs::path& run)
{
    return with_errors_of(run, [&] { return recover(run); });
}

}  // namespace alster
