#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/evidence.hpp"
#include "host/personalize/out_of_place.hpp"
#include "host/personalize/recommender.hpp"

namespace alster {

struct ExplainOptions {
    RecommendOptions recommend;  // how lists are made; the explainer makes evidence itself
    BlendOptions blend;          // terms that are added to the model's scores
    ScoreSplit split = ScoreSplit::leave_one_out;
    Row evidence = 3;  // pieces that are named of an item
    OutOfPlaceLimits limits;
};

/// Whether an item may be in the user's list.
enum class Standing { may_be_listed, not_eligible, consumed, consumed_in_holdout, disliked, not_learned };

/// An item, and why it has its score.
struct ExplainedItem {
    std::int32_t item = 0;
    Standing standing = Standing::may_be_listed;
    Reason reason = Reason::none;      // of an item of the list
    Row place = 0;                     // from 1: in the list, or among all items that could be in it; 0: among none
    std::optional<double> score = {};  // for the items of the model, in fp64, with what terms add; of popular items
                                       // how popular they are
    double stored_score = 0;           // of the stored factors: what lists go by
    double base = 0;                   // what no event has to do with
    double neighbours = 0;             // what terms add to the model's score
    double recent_popularity = 0;
    std::vector<PieceOfEvidence> because = {};
    Offset other_events = 0;  // that are not named: weak ones, those that speak against it, and what may not be
    double other_weight = 0;
    PlaceMeasures measures = {};
};

struct ExplainedUser {
    Knowledge knowledge = Knowledge::unknown_id;
    Offset events = 0;  // of the history
    std::vector<ExplainedItem> items;
    Shortfall shortfall;            // of the list
    double largest_difference = 0;  // |score − stored score|, where scores are the model's
};

/// Explains what one user gets, or does not get. Nothing that the user may not see is explained or named.
class UserExplainer {
public:
    /// `served` has a dataset and outlives it. Collective.
    UserExplainer(ServedModel& served, const ExplainOptions& options);

    /// The user's list; `user` may be unknown_user.
    [[nodiscard]] ExplainedUser list(Row user);

    /// Items, whether they would be listed or not.
    [[nodiscard]] ExplainedUser items(Row user, std::span<const Row> items);

private:
    struct User;
    [[nodiscard]] User read(Row user);
    void add_terms(std::span<const float> x, User& user) const;
    [[nodiscard]] Standing standing(const User& user, Row item) const;
    [[nodiscard]] Row place(const User& user, Row item) const;
    void explain(const User& user, ExplainedUser& result);
    void measure(const User& user, std::span<const double> drops, ExplainedItem& item);
    [[nodiscard]] const std::vector<double>& mean_scores();

    ServedModel& served_;
    ExplainOptions options_;
    BlendedScores blend_;
    Recommender recommender_;
    Explainer explainer_;
    std::optional<AttributeColumn> genres_;
    std::vector<double> mean_scores_;  // (items) of the mean of the users of whom something was learned
};

}  // namespace alster
