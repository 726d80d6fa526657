#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/id_column.hpp"

namespace alster {

/// The rows of two files that mean the same: those with the same id as text.
class MatchedIds {
public:
    MatchedIds(IdColumn first, IdColumn second);

    [[nodiscard]] const IdColumn& first() const { return first_; }

    /// The row of the second file with the id of a row of the first; −1: it has none.
    [[nodiscard]] Row row(Row of_first) const { return second_of_[of_first]; }

    /// A common numbering: the rows of the first file, then the rows that only the second has.
    [[nodiscard]] std::vector<std::int32_t> first_numbers() const;
    [[nodiscard]] std::vector<std::int32_t> second_numbers() const;
    [[nodiscard]] std::vector<std::string> joined() const;  // ids by that numbering

private:
    IdColumn first_;
    IdColumn second_;
    std::vector<Row> second_of_;
};

}  // namespace alster
