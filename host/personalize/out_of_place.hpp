#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/attributes.hpp"

namespace alster {

/// What one may wonder about at a place of a list; nothing where it cannot be said.
struct PlaceMeasures {
    std::optional<double> evidence_share;    // the named evidence in all that speaks for the item (leave-one-out)
    std::optional<double> popularity_share;  // what the mean user's scores explain of this one, above the mean rating
    std::optional<double> genre_share;       // of what the user liked, what has a genre of the item
    std::optional<double> standard_score;    // (score − mean) / deviation over the items that the model knows
};

/// Where a place begins to look out of place (docs/explain.md).
struct OutOfPlaceLimits {
    double evidence = 0.04;  // τ: no less of the reasons should be named
    double popularity = 1;   // σ: no more of the score should be everybody's
    double genre = 0.05;     // a genre is far where the user liked less of it …
    double score = 2;        // … and the score should then be so many deviations above the mean
};

/// Its remarks, in words; empty: it looks in place.
[[nodiscard]] std::vector<std::string> out_of_place(const PlaceMeasures& measures, const OutOfPlaceLimits& limits);

/// For each row of a set the share of `liked` rows that have a value in common with it; nothing for a row without.
[[nodiscard]] std::optional<double> share_in_common(const AttributeColumn& sets, Row row,
                                                    const std::vector<Row>& liked);

}  // namespace alster
