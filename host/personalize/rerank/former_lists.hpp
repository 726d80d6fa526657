#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "data/file_access.hpp"
#include "data/list_file.hpp"
#include "data/model_file.hpp"

namespace alster {

/// How often each item was in former lists of one user. Items ascend; each is there once.
struct Showings {
    std::vector<std::int32_t> items;
    std::vector<std::int32_t> counts;
};

/// Lists that were shown before, found by ids: they may have been made from other data and by another model.
class FormerLists {
public:
    FormerLists() = default;
    /// Errors: bad_data (65) for a file that is no list file, or has no lists of users. Collective where access is shared.
    FormerLists(const std::vector<std::filesystem::path>& paths, const ModelReader& model, const FileAccess& access);

    /// For each user of the model in how many of the files a list of theirs has an item. `unknown_user`: none.
    [[nodiscard]] std::vector<Showings> of(std::span<const Row> users) const;

    [[nodiscard]] bool empty() const { return files_.empty(); }

private:
    struct File {
        ListFileReader lists;
        std::vector<Row> user;           // of each user of the model the row in the file; −1: it has none
        std::vector<std::int32_t> item;  // of each item of the file the row in the model; −1: it has none
    };
    void add(const File& file, std::span<const Row> users, std::span<std::vector<std::int32_t>> shown) const;

    std::vector<File> files_;
};

}  // namespace alster
