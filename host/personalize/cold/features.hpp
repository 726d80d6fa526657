#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/feature_prior.hpp"

namespace alster {

/// Which attributes say what rows are like (docs/cold.md).
struct FeatureRules {
    std::vector<std::string> attributes;  // categories, sets and truth values
    Row least_rows = 5;                   // a value that fewer rows have says nothing
    bool numbers = false;                 // whether attributes may be numbers, too
    const char* option = "--features";    // by which they were named, for messages
};

/// Rows of one side by the values of their attributes: sparse, of length 1, or 0 where nothing is known of a row.
/// Numbers stand beside that, as standard deviations from their mean, at most 3; 0 where one was not given.
///
/// A value that df of N rows have weighs ln(N / df), so one that all rows have weighs nothing. It is a value of its
/// attribute: "Drama" of genres is another one than "Drama" of tags.
struct Features {
    Row values = 0;                     // distinct ones that are kept
    std::vector<Offset> offsets = {0};  // (rows + 1)
    std::vector<Column> columns;        // (entries) values of a row, ascending
    std::vector<double> weights;        // (entries)

    [[nodiscard]] Row rows() const { return static_cast<Row>(offsets.size()) - 1; }
    [[nodiscard]] bool known(Row row) const { return offsets[row] < offsets[row + 1]; }
};

/// Features of all rows of one side. Errors: usage (64) for an attribute that the dataset lacks, or whose type has no
/// values to count. Not collective.
[[nodiscard]] Features read_features(const DatasetReader& dataset, Side side, const FeatureRules& rules);

/// The features that these rules make of a dataset, and what each weighs in it: only then can other rows get the same
/// features. Errors as read_features(). Not collective.
[[nodiscard]] FeatureNames name_features(const DatasetReader& dataset, Side side, const FeatureRules& rules);

/// Features of some rows by their names; values without a name are left out. Throws bad_data (65) where the dataset lacks
/// an attribute, or has it of another type. Not collective.
[[nodiscard]] Features read_features(const DatasetReader& dataset, Side side, const FeatureNames& names, RowRange rows);

/// The rows that have a value, with its weight in each: the transpose of features, of some rows.
struct Postings {
    std::vector<Offset> offsets = {0};  // (values + 1)
    std::vector<Column> places;         // (entries) places in `rows`, ascending
    std::vector<double> weights;        // (entries)

    Postings(const Features& features, std::span<const Row> rows);

    /// Adds weight · (row's weight of the value) to the sum of each of the rows that has it.
    void add(Column value, double weight, std::span<double> sums) const
    {
        for (Offset n = offsets[value]; n < offsets[value + 1]; ++n) sums[places[n]] += weight * weights[n];
    }
};

}  // namespace alster
