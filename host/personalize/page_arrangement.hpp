#pragma once
#include <cstdint>
#include <vector>

#include "data/interactions.hpp"
#include "host/personalize/page_rules.hpp"

namespace alster {

/// The reason of the row of a user's top picks, which may have to be the first.
inline constexpr std::uint8_t top_picks_reason = 0;

/// A row that could be on a page.
struct RowCandidate {
    std::uint8_t reason = 0;               // in the vocabulary of the page's file; also breaks ties between rows
    std::int32_t seed = -1;                // the item because of which it is there
    double taste = 0;                      // part of the user's taste that it covers
    std::vector<std::int32_t> items = {};  // the best first, no more than the pool
    std::vector<float> scores = {};        // by which it is ordered
    std::vector<float> worth = {};         // of each to the user, 0 or more
    bool any_length = false;               // one title is enough
};

/// A row of a page.
struct PageRow {
    std::uint8_t reason = 0;
    std::int32_t seed = -1;
    std::vector<std::int32_t> items;
    std::vector<float> scores;
    double value = 0;  // when it was chosen
};

/// Puts rows on a page, stage by stage. The next row is the one of the greatest
///
///   value(r) = gain(r) / greatest gain of any row on an empty page + taste · taste(r) − similarity · shown(r)
///   gain(r) = Σ_c worth(c) / log2(c + 1)      over its first `titles` titles that do not stand on the page yet
///
/// where taste(r) counts once for rows of the same reason, and shown(r) is the part of its first `titles` candidates
/// that stand on the page already. Top picks are the first row where the rules say so. A row with fewer than `least` titles is dropped. Ties: smaller reason, then seed. So
/// the result does not depend on the order of the candidates, and no title is there twice.
[[nodiscard]] std::vector<PageRow> arrange(const std::vector<RowCandidate>& candidates, const PageRules& rules);

}  // namespace alster
