#pragma once
#include <string>

#include "data/hdf5_file.hpp"
#include "data/interactions.hpp"

namespace alster {

/// What a file of lists (docs/formats.md, "Lists") says of itself.
struct ListsInfo {
    Side side = Side::users;  // whose lists these are
    Row lists = 0;
    Row k = 0;
    Row items = 0;
    std::string objective;
    double mean = 0;
    std::string score;     // the formula, in words
    std::string excluded;  // what lists of users leave out, in words
    std::string run_id;
    std::string space_id;
    std::string fingerprint;  // of the dataset
    bool reranked = false;    // rules ordered the lists, so that scores may ascend
};

/// Reads the attributes and compares them with the shapes. Throws bad_data (65) for a file of another format, for one of
/// 1.0, which lacked most of it, and where something is missing or contradicts the rest.
[[nodiscard]] ListsInfo read_lists_info(const Hdf5File& file);

/// Compares everything with its checksums, and what lists hold with what they can hold: `filled` places with different
/// items that there are, finite scores that do not ascend, unless rules ordered the lists, and reasons of the vocabulary, then empty places; ids that are
/// unique. Throws bad_data (65) with the place and the value. By one process; memory: the ids, and a slice of lists.
void verify_lists(const Hdf5File& file, const ListsInfo& info);

}  // namespace alster
