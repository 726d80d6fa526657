#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// Rows of bits: which candidates a class of users may see, or which a group holds.
class BitTable {
public:
    BitTable() = default;
    /// All bits are 0.
    BitTable(Row rows, Row columns);

    [[nodiscard]] Row rows() const { return rows_; }
    [[nodiscard]] Row columns() const { return columns_; }
    [[nodiscard]] Row words_per_row() const { return words_per_row_; }
    [[nodiscard]] bool at(Row row, Row column) const
    {
        return (words_[row * words_per_row_ + column / 32] >> column % 32 & 1U) != 0;
    }
    void set(Row row, Row column, bool value = true);
    /// One more row, of words as row() has them.
    void add_row(std::span<const std::uint32_t> words);

    /// (words_per_row) of a row: column c is bit c mod 32 of word ⌊c / 32⌋; bits behind the last column are 0.
    [[nodiscard]] std::span<const std::uint32_t> row(Row row) const
    {
        return std::span(words_).subspan(row * words_per_row_, words_per_row_);
    }
    [[nodiscard]] BitTable transposed() const;

    [[nodiscard]] std::span<const std::uint32_t> words() const { return words_; }

private:
    Row rows_ = 0;
    Row columns_ = 0;
    Row words_per_row_ = 0;
    std::vector<std::uint32_t> words_;  // (rows, words_per_row)
};

/// What may be in the lists of some queries. Where nothing is set all candidates may. A query has one list, or, of
/// `groups`, one for each group, of the candidates that are in it. The columns of `excluded` are rows of the candidates,
/// ascending in each row: that is relied on, and checked where a dataset is read.
struct CandidateFilter {
    const Interactions* excluded = nullptr;       // (queries) rows of the candidates, ascending (above)
    std::span<const std::int32_t> class_of = {};  // (queries) row of `eligible`; where that is set
    const BitTable* eligible = nullptr;           // (classes, candidates) what a class may see: all else is left out
    const BitTable* groups = nullptr;             // (groups, candidates)

    /// Lists of a query.
    [[nodiscard]] Row lists() const { return groups ? groups->rows() : 1; }
    /// Whether a candidate may be in a list of a query; for the reference and tests.
    [[nodiscard]] bool allows(Row query, Row candidate, Row group) const;

    /// Throws internal (70) where the parts do not fit each other, so many queries, or candidates.
    void check(Row queries, Row candidates) const;
};

}  // namespace alster
