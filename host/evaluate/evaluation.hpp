#pragma once
#include <optional>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/evaluate/baseline.hpp"
#include "host/evaluate/candidates.hpp"
#include "host/evaluate/neighbour_ranking.hpp"
#include "host/evaluate/ranking.hpp"
#include "host/evaluate/rating.hpp"
#include "host/model/served_model.hpp"

namespace alster {

/// What `alster evaluate` is asked to do.
struct EvaluateOptions {
    ServedOptions served;    // the model and its dataset
    std::string candidates;  // file of given negatives; empty: full ranking of the held-out part
    std::vector<Row> ks;     // empty: 10, 20, 100, or 10 with given negatives
    Relevance relevance;     // of held-out interactions
    BlendOptions blend;      // terms beside the model
};

template <class Report>
struct Compared {
    Report model;
    Report popularity;
};

/// What was measured: ranking of everything or of candidates, and errors of ratings where the model predicts them.
struct Evaluation {
    std::vector<std::string> warnings;
    std::vector<std::string> notes;  // what to know before trusting the figures: a split that leaks, a lost comparison
    std::string scored_by;           // the backend, and why; empty where nothing was ranked but given candidates
    std::optional<Compared<RankingReport>> ranking;
    std::optional<RankingReport> recent;         // what was popular in recent_days, where the dataset has times
    std::optional<NeighbourReports> neighbours;  // beside the ranking of everything, where there are neighbours
    std::optional<RankingReport> model_alone;    // the same, where the model is blended
    BlendOptions blend;                          // with what
    std::optional<Compared<CandidateReport>> candidates;
    std::int64_t unknown_users = 0;  // in the candidate file
    std::int64_t unknown_items = 0;
    struct Ratings {
        RatingErrors model;
        RatingErrors mean;  // the mean rating for every pair
        RatingErrors bias;  // mean + damped biases
    };
    std::optional<Ratings> ratings;
    std::vector<Comparison> comparisons;  // with each baseline: of ratings the better one, then of lists all
};

/// Measures a model on the held-out part of its dataset, or on given candidates; users are shared by the ranks, items
/// are on each of them. Errors: bad_data (65) where the files do not belong together, or nothing is held
/// out; usage (64) for a bound on values that event rules have weighted. Collective.
[[nodiscard]] Evaluation evaluate(const Communicator& ranks, const EvaluateOptions& options);

}  // namespace alster
