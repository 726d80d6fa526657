#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/attributes.hpp"
#include "data/ingest/id_index.hpp"
#include "data/ingest/item_columns.hpp"
#include "data/ingest/quarantine.hpp"

namespace alster {

/// What a file says of one attribute.
struct TextsOfColumn {
    AttributeType type = AttributeType::text;
    std::vector<std::string> texts = {};  // by row, as in the file, "" where it says nothing; set_mark between the
                                          // parts of a set
};

/// What a file says of some items or users.
struct ItemCatalogue {
    std::map<std::string, TextsOfColumn> columns;  // "title", "genres" and what else the file names
    std::int64_t known = 0;                        // lines about one of the items; the last one counts
    std::int64_t described = 0;                    // items that the file describes
    std::vector<bool> described_rows = {};         // which these are
    std::int64_t cut = 0;                          // texts of these items that were too long
    std::vector<std::string> first_ids = {};       // at most three, of whatever items
};

/// Reads what a file says of the rows of one side, one of: movies.dat (id::title::A|B), u.item (id|title|…|19 genre flags; the names from u.genre beside it,
/// where it is), JSON objects, or CSV or TSV whose header has an id (item_id, movieId, id …; else the first column),
/// title and genres by their usual names, or as `columns` say; of users also users.dat (id::gender::age::occupation::zip)
/// and u.user. `on_id` is called with each id that is described, whether it has a row or not. What is not UTF-8 is taken for Latin-1. Texts above 1000
/// bytes are cut. A line with more fields than the first one is bad. Errors: bad_data (65) for an empty file, a header
/// that lacks a column, a first line that seems to be no header, more than 1000 columns.
[[nodiscard]] ItemCatalogue read_items(const std::string& path, const IdIndex& items, Quarantine& quarantine,
                                       const ItemColumnSpec& columns = {}, Side side = Side::items,
                                       const std::function<void(std::string_view)>& on_id = {});

/// The same text in UTF-8, where it is Latin-1.
[[nodiscard]] std::string utf8_from_latin1(std::string_view text);

}  // namespace alster
