#include "host/personalize/evidence.hpp"

#include <algorithm>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr Row users_at_a_time = 4096;  // whose histories are in memory together

}  // namespace

std::vector<PieceOfEvidence> strongest_evidence(std::span<const double> weights, std::span<const Column> events,
                                                std::span<const std::uint8_t> nameable, std::int32_t item, Row most)
{
    std::vector<PieceOfEvidence> pieces;
    for (std::size_t k = 0; k < events.size(); ++k)
        if (nameable[k] && events[k] != item && weights[k] > 0) pieces.push_back({events[k], weights[k]});
    const auto kept = std::min(pieces.size(), static_cast<std::size_t>(most));
    std::ranges::partial_sort(
        pieces, pieces.begin() + static_cast<std::ptrdiff_t>(kept),
        [](const auto& a, const auto& b) { return a.weight > b.weight || (a.weight == b.weight && a.item < b.item); });
    pieces.resize(kept);
    return pieces;
}

std::vector<std::uint8_t> nameable_events(const UserHistories& histories, Row row, const Eligibility* eligibility,
                                          std::int32_t user_class)
{
    const auto events = histories.events.columns_of(row);
    const auto begin = histories.liked.begin() + histories.events.offsets[row];
    std::vector<std::uint8_t> nameable(begin, begin + std::ssize(events));
    for (std::size_t k = 0; eligibility && k < events.size(); ++k)
        nameable[k] = nameable[k] && eligibility->items().at(user_class, events[k]);
    return nameable;
}

void refuse_explanation(const ModelReader& model, Row user)
{
    throw Error(ExitCode::diverged,
                "the equation of user {} cannot be solved in fp64, so its scores have no evidence: its confidences "
                "differ too much, or the model was trained without regularization; ask for none",
                model.ids(Side::users, {user, user + 1}).text(0));
}

EvidenceFinder::EvidenceFinder(ServedModel& served, Row each, const Eligibility* eligibility)
    : model_(served.model()),
      dataset_(served.dataset()),
      each_(each),
      eligibility_(eligibility),
      explainer_(served.model(), served.items())
{
}

void EvidenceFinder::find(std::span<const Row> users, Lists& lists) const
{
    const auto pieces = lists.lists.items.size() * static_cast<std::size_t>(each_);
    lists.evidence = {each_, std::vector<std::int32_t>(pieces, -1), std::vector<float>(pieces)};
    for (std::size_t n = 0; n < users.size();) {
        std::size_t end = n + 1;
        while (users[n] != unknown_user && end < users.size() && users[end] == users[end - 1] + 1 &&
               users[end] < users[n] + users_at_a_time)
            ++end;
        if (users[n] != unknown_user) find({users[n], users[end - 1] + 1}, static_cast<Row>(n), lists);
        n = end;
    }
}

/// Of consecutive users, whose lists begin at `first`.
void EvidenceFinder::find(RowRange users, Row first, Lists& lists) const
{
    const UserHistories histories = explainer_.histories(dataset_, users);
    Row unsolved = users.size();
#pragma omp parallel for schedule(dynamic, 16) reduction(min : unsolved)
    for (Row u = 0; u < users.size(); ++u)
        if (!find(histories, u, first + u, lists)) unsolved = std::min(unsolved, u);
    if (unsolved < users.size()) refuse_explanation(model_, users.first + unsolved);
}

bool EvidenceFinder::find(const UserHistories& histories, Row row, Row list, Lists& lists) const
{
    const auto listed = lists.lists.items_of(list);
    const auto reasons = lists.reasons_of(list);
    std::vector<std::int32_t> by_model;
    std::vector<std::size_t> places;  // of these; rules of re-ranking may mix them with others
    for (std::size_t place = 0; place < listed.size(); ++place) {
        if (reasons[place] != Reason::model) continue;
        by_model.push_back(listed[place]);
        places.push_back(place);
    }
    if (by_model.empty()) return true;
    const auto explained = explainer_.explain(histories.events, row, by_model, ScoreSplit::leave_one_out);
    const auto nameable =
        nameable_events(histories, row, eligibility_, lists.classes.empty() ? sees_nothing : lists.classes[list]);
    for (std::size_t n = 0; n < by_model.size(); ++n) {
        const auto pieces =
            strongest_evidence(explained.weights_of(n), histories.events.columns_of(row), nameable, by_model[n], each_);
        auto at = (list * lists.lists.k + static_cast<Row>(places[n])) * each_;
        for (const auto& [item, weight] : pieces) {
            lists.evidence.items[at] = item;
            lists.evidence.weights[at++] = static_cast<float>(weight);
        }
    }
    return explained.reliable;
}

}  // namespace alster
