#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/list_file.hpp"
#include "host/statistics/exposure.hpp"

namespace alster {

/// Which lists to compare.
struct ListDifferenceOptions {
    std::filesystem::path before;
    std::filesystem::path after;
    std::string group;  // "/topk/home"; empty: the only one that both files have
    Row k = 0;          // places to look at; 0: all of the longer lists
    Row shown = 10;     // users and items to name
};

/// The lists of one file.
struct ListShape {
    Offset lists = 0;
    Offset empty = 0;          // lists without an item
    Offset places = 0;         // that hold an item
    Exposure exposure;         // over all items of the file
    double popularity = 0;     // mean over places of the item's count in the earlier file's table of popular items
    double popular_share = 0;  // share of places that hold one of its 100 most popular items
    std::map<std::string, double> reasons = {};  // share of places by reason, where there are reasons
};

/// A list that changed much. Items are ids, those of the best places first.
struct ChangedList {
    std::string id;
    double rbo = 0;
    double jaccard = 0;
    std::vector<std::string> lost = {};
    std::vector<std::string> gained = {};
};

/// An item that is shown more, or less, than before.
struct ItemShift {
    std::string id;
    Offset before = 0;  // lists that hold it
    Offset after = 0;
};

/// What changed between two list files. Means are over lists that both have.
struct ListDifference {
    std::string group;
    Row k = 0;
    Offset common = 0;       // users (or items) with a list in both
    Offset only_before = 0;  // users of one file only
    Offset only_after = 0;
    Offset unchanged = 0;  // the same items in the same order
    double rbo = 0;
    double rbo_low = 0;  // the tenth that changed most lies below
    double rbo_median = 0;
    double average_overlap = 0;
    double jaccard = 0;
    double churn = 0;  // share of the later lists' items that the earlier list did not have
    ListShape shape_before = {};
    ListShape shape_after = {};
    std::vector<ChangedList> most_changed = {};
    std::vector<ItemShift> gained = {};  // items by how many more lists hold them
    std::vector<ItemShift> lost = {};
};

/// Users and items are matched by their ids. Ties of scores have no order. Takes memory for the ids of the later file,
/// some numbers for each user and item, and blocks of lists. Errors: bad_data (65) for a file that is no list file,
/// usage (64) where the files have no group in common, or several and none was named.
[[nodiscard]] ListDifference compare_lists(const ListDifferenceOptions& options);

}  // namespace alster
