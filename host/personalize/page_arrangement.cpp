#include "host/personalize/page_arrangement.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_set>

namespace alster {

namespace {

using Shown = std::unordered_set<std::int32_t>;

/// What a row would be worth, and show, on a page as it stands.
struct Offer {
    std::vector<std::int32_t> items;
    std::vector<float> scores;
    double gain = 0;
    double overlap = 0;
};

Offer offer_of(const RowCandidate& row, const Shown& shown, Row titles)
{
    Offer offer;
    Row met = 0, looked_at = 0;
    for (std::size_t n = 0; n < row.items.size() && std::ssize(offer.items) < titles; ++n) {
        const bool there = shown.contains(row.items[n]);
        if (looked_at++ < titles) met += there;
        if (there) continue;
        offer.items.push_back(row.items[n]);
        offer.scores.push_back(row.scores[n]);
        offer.gain += static_cast<double>(row.worth[n]) / std::log2(static_cast<double>(offer.items.size()) + 1);
    }
    if (looked_at > 0) offer.overlap = static_cast<double>(met) / static_cast<double>(std::min(looked_at, titles));
    return offer;
}

}  // namespace

std::vector<PageRow> arrange(const std::vector<RowCandidate>& candidates, const PageRules& rules)
{
    double greatest = 0;
    for (const auto& row : candidates) greatest = std::max(greatest, offer_of(row, {}, rules.titles).gain);
    const double scale = greatest > 0 ? 1 / greatest : 0;

    std::vector<PageRow> page;
    std::vector<bool> used(candidates.size());
    Shown shown;
    std::vector<std::uint8_t> covered;
    const bool has_top = std::ranges::any_of(candidates, [&](const RowCandidate& row) {
        return row.reason == top_picks_reason && std::ssize(row.items) >= rules.least;
    });
    while (std::ssize(page) < rules.rows) {
        const bool top_only = rules.top_first && has_top && page.empty();
        std::optional<std::size_t> best;
        Offer chosen;
        double best_value = 0;
        for (std::size_t r = 0; r < candidates.size(); ++r) {
            const auto& row = candidates[r];
            if (used[r] || (top_only && row.reason != top_picks_reason)) continue;
            Offer offer = offer_of(row, shown, rules.titles);
            if (std::ssize(offer.items) < (row.any_length ? 1 : rules.least)) continue;
            const bool fresh = std::ranges::find(covered, row.reason) == covered.end();
            const double value =
                scale * offer.gain + rules.taste * (fresh ? row.taste : 0) - rules.similarity * offer.overlap;
            const bool before = best && (row.reason < candidates[*best].reason ||
                                         (row.reason == candidates[*best].reason && row.seed < candidates[*best].seed));
            if (best && (value < best_value || (value == best_value && !before))) continue;
            best = r;
            best_value = value;
            chosen = std::move(offer);
        }
        if (!best) break;
        used[*best] = true;
        covered.push_back(candidates[*best].reason);
        shown.insert(chosen.items.begin(), chosen.items.end());
        page.push_back({.reason = candidates[*best].reason,
                        .seed = candidates[*best].seed,
                        .items = std::move(chosen.items),
                        .scores = std::move(chosen.scores),
                        .value = best_value});
    }
    return page;
}

}  // namespace alster
