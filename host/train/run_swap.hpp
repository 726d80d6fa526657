#pragma once
#include <array>
#include <filesystem>

namespace alster {

/// The files of a run's directory that belong together.
inline constexpr std::array run_files = {"config.resolved.toml", "metrics.jsonl", "manifest.json", "model.h5"};

/// Where a run works that is to replace another one, below the run's directory; the new model is made there in any
/// case.
inline constexpr const char* next_run = ".next";

/// Replaces the files of RUN by those of RUN/.next at one instant, and removes the old run's checkpoints. Each name
/// becomes a link through RUN/.current to the old file; one rename points .current to the new files; then they take the
/// links' places. A kill at any point leaves names that all mean the old run or all mean the new one. On a file system
/// without links the files are renamed one after the other. Throws io (74).
void swap_in_next(const std::filesystem::path& run);

/// Ends what a killed swap_in_next() left half-way. True where RUN then holds the new run because of it.
bool recover_swap(const std::filesystem::path& run);

}  // namespace alster
