#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/blend.hpp"
#include "host/personalize/candidate_classes.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Items most like an item: by the cosine of their latent factors. Of explicit models the bias and constant columns are
/// left out: they say how good an item is, not what it is like.
class Neighbours {
public:
    /// Scores on the backend of served.scorers(). `eligibility`: null, or who may see what. Collective.
    explicit Neighbours(ServedModel& served, Eligibility* eligibility = nullptr);
    Neighbours(const Neighbours&) = delete;
    Neighbours& operator=(const Neighbours&) = delete;

    /// From here on what an item's neighbours say is added to the cosines, as to the scores of a user who took that item
    /// alone. `term` outlives this.
    void blend_with(const NeighbourTerm& term, double mu);

    /// How scores are computed, in words.
    [[nodiscard]] std::string formula() const;

    /// The k nearest of each item, itself left out. An item without interactions has zero factors: it has no neighbours
    /// and is nobody's. With an Eligibility these are what users of `user_class` may see; an item that they may not see
    /// has none.
    [[nodiscard]] TopK lists(std::span<const Row> items, Row k, std::int32_t user_class = sees_nothing);

    /// Those of one item for each of some users: without what is excluded (columns are items), and by their classes,
    /// which may be empty without an Eligibility.
    [[nodiscard]] TopK lists(std::span<const std::int32_t> items, const Interactions& excluded,
                             std::span<const std::int32_t> class_of, Row k);

private:
    HostMatrix directions_;           // (items with factors, F), norm 1
    std::vector<std::int32_t> item_;  // the item of each row
    std::vector<std::int32_t> row_;   // the row of each item, -1: zero factors
    Eligibility* eligibility_;
    std::optional<CandidateClasses> classes_;
    Scorer scorer_;
    std::optional<Blend> blend_;
};

/// Why an item has no neighbours, in words.
[[nodiscard]] std::string no_neighbours(const ServedModel& served, Row item);

}  // namespace alster
