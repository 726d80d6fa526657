#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "host/evaluate/popularity.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Where a list comes from, as stored in /topk/home/reason.
enum class Reason : std::uint8_t { model = 0, popularity = 1 };
[[nodiscard]] const char* name(Reason reason);

/// Lists for some users.
struct UserLists {
    TopK lists;
    std::vector<Reason> reasons;  // (users)
};

/// Makes lists of k items for blocks of users; only the items are in memory as a whole.
class Recommender {
public:
    /// `include_seen`: items that a user has consumed in training may be listed too.
    /// Collective.
    Recommender(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset, Row k,
                bool include_seen, const MakeScorer& make_scorer);

    /// A user without history has no taste that the model could know: it gets the most popular items.
    [[nodiscard]] UserLists lists(std::span<const Row> users) const;

private:
    const ModelReader& model_;
    const DatasetReader& dataset_;
    Row k_;
    bool include_seen_;
    std::vector<float> items_;  // (items, width)
    Scorer scorer_;
    Popularity popularity_;
};

}  // namespace alster
