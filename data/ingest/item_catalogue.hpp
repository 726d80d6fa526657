#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/ingest/id_index.hpp"
#include "data/ingest/quarantine.hpp"

namespace alster {

/// What a file says of some items: columns of text in the order of these items' rows.
struct ItemCatalogue {
    std::map<std::string, std::vector<std::string>> columns;  // "title", "genres" and what else the file names; "" for
                                                              // an item that the file lacks
    std::int64_t known = 0;                                   // lines about one of the items
    std::int64_t described = 0;                               // items that the file describes
};

/// Reads one of: movies.dat (id::title::A|B), u.item (id|title|…|19 genre flags; the names from u.genre beside it,
/// where it is), or CSV or TSV with a header, its id in the column item, itemId, movieId, item_id, id or else the first
/// one. What is not UTF-8 is taken for Latin-1. A line with a text above 1000 bytes is bad.
[[nodiscard]] ItemCatalogue read_items(const std::string& path, const IdIndex& items, Quarantine& quarantine);

/// The same text in UTF-8, where it is Latin-1.
[[nodiscard]] std::string utf8_from_latin1(std::string_view text);

}  // namespace alster
