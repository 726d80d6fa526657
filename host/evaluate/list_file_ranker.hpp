#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/list_file.hpp"
#include "host/evaluate/ranking.hpp"

namespace alster {

/// Lists that lie in a list file, as the users of a dataset would be served them: matched by ids, without the items
/// that are excluded here, and for users whom the file does not have its popular items. An item that the dataset does
/// not have is no place of a list: it could not be found.
class ListFileRanker {
public:
    /// Reads the lists of `rows` of the dataset's users, in a file that has one group of users' lists, of at least k
    /// places. Errors: bad_data (65), usage (64).
    ListFileRanker(const std::filesystem::path& path, const DatasetReader& dataset, RowRange rows, Row k);

    /// Users by their number in `rows`. The object must outlive it.
    [[nodiscard]] Ranker ranker() const;

private:
    struct List {
        std::vector<std::int32_t> items;  // rows of the dataset
        std::vector<float> scores;
    };
    void read_lists(const ListFileReader& file, const ListGroup& group, const DatasetReader& dataset, RowRange rows);

    std::vector<std::int32_t> dataset_item_;  // (items of the file) −1: the dataset has none
    std::vector<List> lists_;                 // (rows)
};

}  // namespace alster
