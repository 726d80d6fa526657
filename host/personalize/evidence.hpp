#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "host/model/served_model.hpp"
#include "host/personalize/eligibility.hpp"
#include "host/personalize/explanation.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

/// More pieces of evidence than that nobody reads.
inline constexpr Row most_evidence = 10;

/// An item of the user's history, and what its event does to a score.
struct PieceOfEvidence {
    std::int32_t item = 0;
    double weight = 0;
};

/// The events that speak most for `item`, at most `most`, the strongest first, ties by item: of those that may be
/// named, with a weight above 0. No item is evidence for itself.
[[nodiscard]] std::vector<PieceOfEvidence> strongest_evidence(std::span<const double> weights,
                                                              std::span<const Column> events,
                                                              std::span<const std::uint8_t> nameable, std::int32_t item,
                                                              Row most);

/// Says for places of lists which events of the users' histories they are due to.
class EvidenceFinder {
public:
    /// `each`: pieces of a place. `eligibility` may be null, or outlives this, as `served` does. Collective.
    EvidenceFinder(ServedModel& served, Row each, const Eligibility* eligibility);

    /// Fills lists.evidence for places whose reason is the model: by leave-one-out, of events that were liked, with
    /// items that the user may see. Errors: diverged (12) where fp64 cannot solve a user's equation.
    void find(std::span<const Row> users, Lists& lists) const;

private:
    void find(RowRange users, Row first, Lists& lists) const;
    [[nodiscard]] bool find(const UserHistories& histories, Row row, Row list, Lists& lists) const;

    const ModelReader& model_;
    const DatasetReader& dataset_;
    Row each_;
    const Eligibility* eligibility_;
    Explainer explainer_;
};

/// For each event of a history whether it may be named: it was liked, and `user_class` may see its item.
[[nodiscard]] std::vector<std::uint8_t> nameable_events(const UserHistories& histories, Row row,
                                                        const Eligibility* eligibility, std::int32_t user_class);

/// Throws diverged (12): what is said of a user whose equation fp64 cannot solve.
[[noreturn]] void refuse_explanation(const ModelReader& model, Row user);

}  // namespace alster
