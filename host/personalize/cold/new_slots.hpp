#pragma once
#include <optional>
#include <span>
#include <vector>

#include "data/exclusion.hpp"
#include "host/model/served_model.hpp"
#include "host/personalize/cold/new_titles.hpp"
#include "host/personalize/eligibility.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

/// Gives titles without plays some places of users' lists, at most so many of each list (docs/cold.md).
class NewSlots {
public:
    /// `served` has a dataset and a model of alster map; it and `eligibility`, which may be null, outlive this.
    /// `exclusion`: null, where nothing is excluded. Throws bad_data (65) for a model without mapped items. Collective.
    NewSlots(ServedModel& served, Row slots, const Exclusion* exclusion, Eligibility* eligibility);

    /// Puts the best new titles of these users into their lists, spread evenly; what stood there moves back. They are
    /// chosen as if popularity had filled no place. A user of whom nothing was learned gets none, nor does anybody get a title that the content method finds unlike all of
    /// the history.
    void fill(std::span<const Row> users, Lists& made) const;

    NewSlots(const NewSlots&) = delete;
    NewSlots& operator=(const NewSlots&) = delete;

private:
    struct Block;
    [[nodiscard]] std::vector<double> scores(const Block& block, Row user) const;
    [[nodiscard]] std::vector<Scored> best(const Block& block, Row user, const Lists& made) const;

    ServedModel& served_;
    Row slots_;
    const Exclusion* exclusion_;
    Eligibility* eligibility_;
    NewItems how_;
    Features features_;
    std::vector<Row> titles_;     // ascending
    std::vector<float> factors_;  // (titles, width)
    std::optional<ContentScores> content_;
};

}  // namespace alster
