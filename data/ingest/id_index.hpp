#pragma once
#include <tsl/robin_map.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "data/id_column.hpp"
#include "data/interactions.hpp"

namespace alster {

/// Gives consecutive row numbers to external ids in the order in which they first appear.
///
/// Ids are kept as int64 as long as every one of them is the canonical text of one ("7", "-1", but not "07"); the first
/// that is not turns all of them into text, losslessly.
class IdIndex {
public:
    /// `what` names the side in messages: "users", "items". As text from the start, where `kind` says so.
    explicit IdIndex(const char* what, IdKind kind = IdKind::int64) : what_(what), kind_(kind) {}

    /// Of ids that have their rows already, all distinct.
    IdIndex(const char* what, const IdColumn& ids);

    /// The row of an id, a new one where it was not seen before. Error: bad_data (65) above 2^31 - 1 rows.
    [[nodiscard]] Column row(std::string_view id);

    [[nodiscard]] std::optional<Column> find(std::string_view id) const;

    [[nodiscard]] Row rows() const
    {
        return static_cast<Row>(kind_ == IdKind::int64 ? numbers_.size() : texts_.size());
    }
    [[nodiscard]] IdColumn column() const;
    [[nodiscard]] const char* what() const { return what_; }

private:
    struct NumberHash {
        std::size_t operator()(std::int64_t number) const noexcept;
    };
    [[nodiscard]] Column next_row() const;
    [[nodiscard]] std::optional<Column> find_number(std::int64_t number) const;
    void keep_number(std::int64_t number, Column row);
    [[nodiscard]] Column text_row(std::string_view id);
    void turn_into_text();
    [[nodiscard]] std::string_view keep(std::string_view text);

    const char* what_;
    IdKind kind_;
    std::vector<Column> row_of_small_;  // by number, -1: none; most logs need no other table
    tsl::robin_map<std::int64_t, Column, NumberHash> row_of_number_;  // for the numbers that it does not reach
    std::vector<std::int64_t> numbers_;
    tsl::robin_map<std::string_view, Column> row_of_text_;  // views into blocks_
    std::vector<std::string_view> texts_;
    std::vector<std::unique_ptr<char[]>> blocks_;  // never moved
    std::size_t room_ = 0;                         // free bytes at the end of the last block
};

}  // namespace alster
