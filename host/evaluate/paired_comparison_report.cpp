#include "host/evaluate/paired_comparison_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace alster {

namespace {

using nlohmann::json;

json slice_json(const SliceComparison& slice)
{
    json object = {{"slice", slice.slice},
                   {"users", slice.difference.units},
                   {"changed_users", slice.difference.changed},
                   {"base", slice.base},
                   {"other", slice.other},
                   {"difference", slice.difference.mean},
                   {"difference_low", slice.difference.interval.low},
                   {"difference_high", slice.difference.interval.high},
                   {"p", slice.difference.p},
                   {"adjusted_p", slice.adjusted_p},
                   {"threshold", slice.threshold},
                   {"verdict", name(slice.verdict)}};
    if (!slice.label.empty()) object["label"] = slice.label;
    return object;
}

std::string slice_line(const SliceComparison& slice)
{
    const auto what = slice.label.empty() ? slice.slice : slice.slice + ": " + slice.label;
    return fmt::format("{:<24} {:>9} {:>8.4f} {:>8.4f}  {:>+8.4f}  {:>+8.4f} … {:>+8.4f}  {:>7.4f}  {}\n", what,
                       slice.difference.units, slice.base, slice.other, slice.difference.mean,
                       slice.difference.interval.low, slice.difference.interval.high, slice.adjusted_p,
                       name(slice.verdict));
}

}  // namespace

json to_json(const SystemComparison& comparison)
{
    json object = slice_json(comparison.everybody);
    object.update({{"base_system", comparison.base}, {"other_system", comparison.other}});
    object["slices"] = json::array();
    for (const auto& slice : comparison.slices) object["slices"].push_back(slice_json(slice));
    object["too_small"] = comparison.too_small;
    return object;
}

json to_json(const ComparisonReport& report)
{
    json object = {{"metric", report.metric}, {"users", report.users}, {"comparisons", json::array()}};
    for (const auto& comparison : report.comparisons) object["comparisons"].push_back(to_json(comparison));
    if (!report.notes.empty()) object["notes"] = report.notes;
    return object;
}

std::string to_text(const ComparisonReport& report)
{
    std::string text = fmt::format("{} of {} held-out users\n", report.metric, report.users);
    for (const auto& comparison : report.comparisons) {
        text += fmt::format("\n{}\n  against {}: {}\n\n{:<24} {:>9} {:>8} {:>8}  {:>8}  {:<19}  {:>7}\n",
                            comparison.other, comparison.base, name(comparison.everybody.verdict), "", "users", "base",
                            "this", "change", "95 % interval", "p");
        text += slice_line(comparison.everybody);
        for (const auto& slice : comparison.slices) text += slice_line(slice);
        for (const auto& small : comparison.too_small) text += fmt::format("not judged, too few users: {}\n", small);
    }
    for (const auto& note : report.notes) text += fmt::format("note: {}\n", note);
    return text;
}

}  // namespace alster
