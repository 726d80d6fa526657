#pragma once
#include "host/evaluate/ranking.hpp"
#include "host/model/learned_items.hpp"

namespace alster {

/// Ranks by the model as lists are served: items by their scores, x_u·y_i, and behind them, all with one score, those
/// of which nothing was learned. `scorer` scores items.table(). `users` and `items` must outlive it.
/// `addends` are for rows of items.table().
[[nodiscard]] Ranker learned_ranker(FactorTable users, const LearnedItems& items, Scorer scorer,
                                    AddendsOf addends = nullptr);

}  // namespace alster
