#pragma once
#include <filesystem>

#include "data/list_file.hpp"

namespace alster::test {

/// Lists of 5 users and 4 items (those of sample_files.hpp) in three groups: /page/rows of users, with neither reasons nor
/// evidence; /similar/items; /topk/home of users, with reasons and two pieces of evidence a place.
[[nodiscard]] ListContents sample_list_contents();
[[nodiscard]] OwnListRows sample_lists(const ListGroup& group);
[[nodiscard]] PopularItems sample_popular();

void write_lists_of_every_kind(const std::filesystem::path& path);

}  // namespace alster::test
