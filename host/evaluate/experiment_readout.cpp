#include "host/evaluate/experiment_readout.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "host/statistics/multiplicity.hpp"

namespace alster {

namespace {

/// Values of some users by variant.
using ByVariant = std::vector<std::vector<double>>;

void check_ratio(Readout& result, const Variants& variants, const ReadoutRules& rules)
{
    result.ratio = sample_ratio(result.users, variants.shares);
    if (result.ratio.broken())
        throw Error(
            ExitCode::bad_data,
            "sample ratio mismatch: {} users in {}, which has p {:.3g} by the shares: the assignment or the log is "
            "broken, and no difference can be trusted; find the cause before reading on",
            fmt::join(result.users, ", "), fmt::join(result.variants, ", "), result.ratio.p);
    for (std::size_t n = 0; n < result.users.size(); ++n)
        if (result.users[n] < rules.least_users)
            throw Error(ExitCode::bad_data, "variant {} has {} users, and {} are needed: too few to say anything",
                        result.variants[n], result.users[n], rules.least_users);
}

TreatmentReadout compare_groups(const ByVariant& values, std::size_t treatment, const Variants& variants,
                                const ReadoutRules& rules)
{
    TreatmentReadout result{.treatment = variants.names[treatment],
                            .slice = "everybody",
                            .label = "",
                            .control = group_of(values[0]),
                            .treated = group_of(values[treatment]),
                            .difference = {}};
    result.difference = group_difference(result.control, result.treated, {.planned = rules.planned});
    return result;
}

/// Adjusts p for their number, and judges. At many looks the interval that holds at all of them decides, alone.
void judge(std::vector<TreatmentReadout>& readouts, const ReadoutRules& rules)
{
    std::vector<double> p;
    for (const auto& one : readouts) p.push_back(one.difference.p);
    const auto adjusted = rules.false_discoveries ? benjamini_hochberg(p) : holm(p);
    for (std::size_t n = 0; n < readouts.size(); ++n) {
        readouts[n].adjusted_p = adjusted[n];
        const auto& difference = readouts[n].difference;
        readouts[n].verdict =
            verdict_of(rules.once ? difference.interval : difference.always_valid, adjusted[n], rules.practical);
    }
}

void add_slice(const UserSlices& by, const ExperimentLog& log, const Variants& variants,
               const std::vector<double>& values, const ReadoutRules& rules, Readout& result)
{
    std::vector<ByVariant> parts(by.labels.size(), ByVariant(variants.names.size()));
    for (std::size_t user = 0; user < values.size(); ++user)
        parts[by.label_of[user]][log.variant_of[user]].push_back(values[user]);
    for (std::size_t label = 0; label < parts.size(); ++label)
        for (std::size_t treatment = 1; treatment < variants.names.size(); ++treatment) {
            const auto users = std::min(parts[label][0].size(), parts[label][treatment].size());
            if (static_cast<std::int64_t>(users) < rules.least_users) {
                result.too_small.push_back(fmt::format("{}: {} ({} users)", by.name, by.labels[label], users));
                continue;
            }
            result.slices.push_back(compare_groups(parts[label], treatment, variants, rules));
            result.slices.back().slice = by.name;
            result.slices.back().label = by.labels[label];
        }
}

void add_notes(const ExperimentLog& log, Readout& result)
{
    if (log.foreign_outcomes > 0)
        result.notes.push_back(
            fmt::format("{} outcomes are of users who were not exposed, and are ignored", log.foreign_outcomes));
    if (log.without_before > 0)
        result.notes.push_back(
            fmt::format("{} users have nothing from before the experiment, which counts as 0", log.without_before));
}

nlohmann::ordered_json readout_json(const TreatmentReadout& one)
{
    const auto& difference = one.difference;
    return {{"treatment", one.treatment},
            {"slice", one.slice},
            {"label", one.label},
            {"control_users", one.control.units},
            {"treated_users", one.treated.units},
            {"control_mean", one.control.mean},
            {"treated_mean", one.treated.mean},
            {"difference", difference.value},
            {"difference_low", difference.interval.low},
            {"difference_high", difference.interval.high},
            {"always_valid_low", difference.always_valid.low},
            {"always_valid_high", difference.always_valid.high},
            {"p", difference.p},
            {"adjusted_p", one.adjusted_p},
            {"verdict", name(one.verdict)}};
}

std::string readout_line(const TreatmentReadout& one)
{
    const auto& difference = one.difference;
    const auto what = one.label.empty() ? one.treatment : fmt::format("{} {}: {}", one.treatment, one.slice, one.label);
    return fmt::format(
        "{:<28} {:>10.4g} {:>10.4g} {:>+10.4g}  {:>+10.4g} … {:<+10.4g} {:>+10.4g} … {:<+10.4g} {:>7.4f}  {}\n", what,
        one.control.mean, one.treated.mean, difference.value, difference.interval.low, difference.interval.high,
        difference.always_valid.low, difference.always_valid.high, one.adjusted_p, name(one.verdict));
}

}  // namespace

Readout read_out(const ExperimentLog& log, const Variants& variants, const ReadoutRules& rules)
{
    Readout result{.variants = variants.names};
    result.users.resize(variants.names.size());
    for (const auto variant : log.variant_of) result.users[variant] += 1;
    check_ratio(result, variants, rules);

    std::vector<double> values = log.outcomes;
    result.adjusted = !log.before.empty();
    if (result.adjusted) {
        Cuped without_before = cuped(log.outcomes, log.before);
        result.theta = without_before.theta;
        result.variance_reduction = without_before.variance_reduction;
        values = std::move(without_before.adjusted);
    }
    ByVariant all(variants.names.size());
    for (std::size_t user = 0; user < values.size(); ++user) all[log.variant_of[user]].push_back(values[user]);
    for (std::size_t treatment = 1; treatment < all.size(); ++treatment)
        result.treatments.push_back(compare_groups(all, treatment, variants, rules));
    judge(result.treatments, rules);
    for (const auto& by : log.slices) add_slice(by, log, variants, values, rules, result);
    judge(result.slices, rules);
    add_notes(log, result);
    return result;
}

nlohmann::ordered_json to_json(const Readout& readout)
{
    nlohmann::ordered_json object = {{"variants", readout.variants},
                                     {"users", readout.users},
                                     {"chi_squared", readout.ratio.chi_squared},
                                     {"sample_ratio_p", readout.ratio.p}};
    if (readout.adjusted) object.update({{"theta", readout.theta}, {"variance_reduction", readout.variance_reduction}});
    for (const auto& [key, list] : {std::pair{"treatments", &readout.treatments}, {"slices", &readout.slices}}) {
        object[key] = nlohmann::ordered_json::array();
        for (const auto& one : *list) object[key].push_back(readout_json(one));
    }
    object["too_small"] = readout.too_small;
    object["notes"] = readout.notes;
    return object;
}

std::string to_text(const Readout& readout)
{
    std::string text = fmt::format("users: {} in {}; sample ratio χ² {:.4g}, p {:.4g}: as it should be\n",
                                   fmt::join(readout.users, ", "), fmt::join(readout.variants, ", "),
                                   readout.ratio.chi_squared, readout.ratio.p);
    if (readout.adjusted)
        text += fmt::format("outcomes less θ = {:.4g} times what was so before: {:.1f} % of the variance is gone\n",
                            readout.theta, 100 * readout.variance_reduction);
    text += fmt::format("\n{:<28} {:>10} {:>10} {:>10}  {:<23} {:<23} {:>7}\n", "", "control", "treated", "change",
                        "  at one look", "  at every look", "p");
    for (const auto& one : readout.treatments) text += readout_line(one);
    for (const auto& one : readout.slices) text += readout_line(one);
    for (const auto& small : readout.too_small) text += fmt::format("not judged, too few users: {}\n", small);
    for (const auto& note : readout.notes) text += fmt::format("note: {}\n", note);
    return text;
}

}  // namespace alster
