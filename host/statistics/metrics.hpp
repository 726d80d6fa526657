#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// The measures of one ranked list of at most k items, with R items relevant, in this order:
///
///   recall      hits / min(k, R): 1 is always possible (the convention of the VAE papers)
///   recall_all  hits / R: the textbook's; at most k/R
///   precision   hits / k
///   hr          1 where there is a hit at all
///   ndcg        Σ_hits 1/log₂(1 + position) over the same sum for min(k, R) hits in front; positions from 1
///   map         Σ_hits precision at its position, / min(k, R)
///   mrr         1 / position of the first hit
///   auc         share of pairs of a relevant and another candidate in the right order, where those behind the first k
///               are taken to come in a random order
inline constexpr std::array ranking_metrics{"recall", "recall_all", "precision", "hr", "ndcg", "map", "mrr", "auc"};
using RankingScores = std::array<double, ranking_metrics.size()>;

/// `hits[n]` says whether the item in place n is relevant; a list shorter than k is one that ran out of items.
/// `relevant` = R ≥ 1; `candidates` ≥ R: all that could be listed. Every score is in [0, 1].
[[nodiscard]] RankingScores ranking_scores(std::span<const std::uint8_t> hits, Row relevant, Row candidates, Row k);

/// Which items of a list are among the relevant ones (ascending).
[[nodiscard]] std::vector<std::uint8_t> find_hits(std::span<const std::int32_t> list, std::span<const Column> relevant);

}  // namespace alster
