#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/ingest/id_index.hpp"
#include "data/ingest/item_columns.hpp"
#include "data/ingest/quarantine.hpp"

namespace alster {

/// What a file says of some items: columns of text in the order of these items' rows.
struct ItemCatalogue {
    std::map<std::string, std::vector<std::string>> columns;  // "title", "genres" and what else the file names; "" for
                                                              // an item that the file lacks
    std::int64_t known = 0;                                   // lines about one of the items; the last one counts
    std::int64_t described = 0;                               // items that the file describes
    std::int64_t cut = 0;                                     // texts of these items that were too long
    std::vector<std::string> first_ids = {};                  // at most three, of whatever items
};

/// Reads one of: movies.dat (id::title::A|B), u.item (id|title|…|19 genre flags; the names from u.genre beside it,
/// where it is), JSON objects, or CSV or TSV whose header has an id (item_id, movieId, id …; else the first column),
/// title and genres by their usual names, or as `columns` say. What is not UTF-8 is taken for Latin-1. Texts above 1000
/// bytes are cut. A line with more fields than the first one is bad. Errors: bad_data (65) for an empty file, a header
/// that lacks a column, a first line that seems to be no header, more than 1000 columns.
[[nodiscard]] ItemCatalogue read_items(const std::string& path, const IdIndex& items, Quarantine& quarantine,
                                       const ItemColumnSpec& columns = {});

/// The same text in UTF-8, where it is Latin-1.
[[nodiscard]] std::string utf8_from_latin1(std::string_view text);

}  // namespace alster
