#pragma once
#include <cstdint>
#include <span>

#include "host/evaluate/ranking.hpp"

namespace alster {

/// Ranks by the model as lists are served: items by their scores, x_u·y_i, and behind them, all with one score, those
/// of which nothing was learned (`learned`, by item). `users` and `items` must outlive it.
[[nodiscard]] Ranker learned_ranker(FactorTable users, FactorTable items, std::span<const std::uint8_t> learned,
                                    const MakeScorer& make_scorer);

}  // namespace alster
