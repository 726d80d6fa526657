#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/attributes.hpp"
#include "data/id_column.hpp"
#include "data/interactions.hpp"
#include "data/popular_items.hpp"

namespace alster {

/// Rows of one side of a file that are to be cleared.
struct ClearedRows {
    std::vector<std::uint8_t> marks;  // (rows) 1: to be cleared
    Row count = 0;

    [[nodiscard]] bool at(Row row) const { return count > 0 && marks[static_cast<std::size_t>(row)] != 0; }
};

/// The rows that have these ids, and which ids were found: `found` (ids) is set to 1 there.
[[nodiscard]] ClearedRows rows_to_clear(const IdColumn& all, const std::vector<std::string>& ids,
                                        std::vector<std::uint8_t>& found);

/// The ids with erased_id() in place of those of cleared rows. Throws bad_data (65) where another row has such an id.
[[nodiscard]] IdColumn with_erased_ids(const IdColumn& ids, const ClearedRows& cleared);

/// The column with nothing given for cleared rows, and without the values of its vocabulary that only they had.
[[nodiscard]] AttributeColumn without(const AttributeColumn& column, const ClearedRows& cleared);

/// What is popular without the cleared items. Counts stay.
[[nodiscard]] PopularItems without(const PopularItems& popular, const ClearedRows& items);

}  // namespace alster
