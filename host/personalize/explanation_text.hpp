#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "host/model/labels.hpp"
#include "host/personalize/user_explainer.hpp"

namespace alster {

/// What explanations of one user are shown with.
struct ExplanationWords {
    const ItemLabels& labels;
    std::string user;  // the id that was asked for
    ScoreSplit split = ScoreSplit::leave_one_out;
    OutOfPlaceLimits limits = {};
    std::function<std::string(Row item)> clause = {};  // which rule keeps an item from the user
};

/// A table: an item, below it the events that it is due to, and what looks out of place.
[[nodiscard]] std::string explanation_text(const ExplainedUser& user, const ExplanationWords& words);

/// {"user", "events", "split", "items": [{"item", "title", "place", "score", "base", "because": [{"item", "title",
/// "weight"}], "others": {"events", "weight"}, "neighbours", "recent_popularity", …}], "shortfall"}; what cannot be said
/// is left out (docs/explain.md).
[[nodiscard]] nlohmann::json explanation_json(const ExplainedUser& user, const ExplanationWords& words);

}  // namespace alster
