#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// What `alster erase` was asked for.
struct EraseOptions {
    std::vector<std::filesystem::path> files;  // datasets, models or directories of runs, lists, neighbours
    std::vector<std::string> users;            // ids
    std::vector<std::string> items;
};

/// What came of one file.
struct ErasedFile {
    std::filesystem::path path;
    std::string kind;  // "dataset", "model", "lists", "neighbours"
    Row users = 0;     // rows that were cleared
    Row items = 0;
    Offset interactions = 0;  // that were removed, held-out ones too
    Offset places = 0;        // of lists and of what is popular; neighbours of items
    Offset evidence = 0;      // pieces
    bool follows = false;     // it names the erased dataset as its own now
    bool written = false;     // false: there was nothing to erase, and the file is as it was
};

struct EraseReport {
    std::vector<ErasedFile> files;      // datasets first
    std::vector<std::string> warnings;  // one line each
};

/// Clears users and items from files, each of which is replaced at once, and keeps salted digests of their ids in the
/// datasets, so that they stay erased. All files are looked at before the first is written. What depends on a dataset
/// that is erased in the same call, or was before, is made to follow it: its fingerprint is named.
///
/// Row numbers stay: a cleared row has no interactions, factors, lists or attributes, and erased_id() as its id.
/// Memory: the ids of one side, 16 bytes a row of a dataset, and blocks of 65,536 rows. One process.
/// Errors: usage (64) without an id; bad_data (65) for a file that is none of these kinds, for ids that none of the
/// files has where no dataset could remember them, and where nothing would be left to learn from; cannot_create (73)
/// where another run writes to a file; io (74) where a file is open for writing elsewhere.
[[nodiscard]] EraseReport erase(const EraseOptions& options);

}  // namespace alster
