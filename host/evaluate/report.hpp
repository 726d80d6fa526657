#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "host/evaluate/evaluation.hpp"

namespace alster {

/// One object with flat keys: "hr@10", "recall@20", "coverage@100", "rmse", each metric's interval as "hr@10_low" and
/// "hr@10_high", over users with history as "hr@10_with_history", and the baselines' as "popularity_hr@10",
/// "mean_rmse", "bias_rmse". "beats_baseline" is of RMSE for explicit feedback, else of NDCG; "notes" are
/// sentences.
[[nodiscard]] nlohmann::json to_json(const Evaluation& evaluation);

/// A table for people: metric, model, 95 % interval, popularity, model for users with history; then the notes.
[[nodiscard]] std::string to_text(const Evaluation& evaluation);

}  // namespace alster
