#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/lists.hpp"
#include "host/personalize/rerank/choice.hpp"
#include "host/personalize/rerank/former_lists.hpp"
#include "host/personalize/rerank/price.hpp"
#include "host/personalize/rerank/rerank_rules.hpp"

namespace alster {

/// Chooses lists from longer ones by the rules of a file, and measures what that costs.
class Reranker {
public:
    /// `served` has a dataset and outlives it, as `former` does. `measures_hits`: the lists may have what the split set
    /// aside. Errors: bad_config (78), naming the line, for an attribute or value that the dataset lacks. Collective.
    Reranker(ServedModel& served, RerankRules rules, const FormerLists& former, bool measures_hits);

    /// Lists of k places from lists of the pool's length. A list's scores stay those of the model. What comes from
    /// another source than the first place, as popular items that fill a list, follows in its order.
    [[nodiscard]] Lists rerank(std::span<const Row> users, const Lists& pools, Row k);

    /// Of the lists that were made so far on this rank.
    [[nodiscard]] const RerankPrice& price() const { return price_; }
    [[nodiscard]] const RerankRules& rules() const { return rules_; }

private:
    enum class Step : std::uint8_t { fatigue, boost, diversity, calibration, caps, quotas };
    struct History;
    struct Candidates;
    struct Outcome;

    void add_steps();
    [[nodiscard]] std::vector<History> read(std::span<const Row> users) const;
    void read(RowRange users, std::span<History> histories) const;
    [[nodiscard]] Candidates candidates(const Lists& pools, Row u, const History& history, Row k) const;
    [[nodiscard]] Aims aims(std::size_t steps, const Taste& taste) const;
    [[nodiscard]] std::vector<double> scores(const Candidates& candidates, std::size_t steps) const;
    [[nodiscard]] Outcome outcome(const Candidates& candidates, const History& history, Row k) const;
    [[nodiscard]] ListMeasures measure(const Candidates& candidates, const History& history,
                                       std::span<const Row> places, Row k) const;

    ServedModel& served_;
    RerankRules rules_;
    const FormerLists& former_;
    bool measures_hits_;
    std::vector<Step> steps_;
    std::vector<double> boost_;               // (items) what is added to the score; empty: nothing is
    std::optional<ItemValues> taste_;         // what tastes and lists are compared by
    std::vector<ItemValues> capped_;          // by cap
    std::vector<std::vector<bool>> counted_;  // by quota: the items that count for it
    RerankPrice price_;
};

}  // namespace alster
