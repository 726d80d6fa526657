#include "host/evaluate/paired_comparison.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "host/statistics/multiplicity.hpp"

namespace alster {

namespace {

double mean_of(const std::vector<double>& values)
{
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

/// Two systems' values for some users.
struct Pairs {
    std::vector<std::uint64_t> keys;
    std::vector<double> base;
    std::vector<double> other;

    void add(const UserValues& values, std::size_t base_system, std::size_t other_system, std::size_t user)
    {
        keys.push_back(values.keys[user]);
        base.push_back(values.systems[base_system].values[user]);
        other.push_back(values.systems[other_system].values[user]);
    }
};

SliceComparison compare_pairs(const Pairs& pairs, const ComparisonRules& rules)
{
    std::vector<double> differences;
    for (std::size_t n = 0; n < pairs.keys.size(); ++n) differences.push_back(pairs.other[n] - pairs.base[n]);
    SliceComparison result{
        .slice = "everybody", .label = "", .base = mean_of(pairs.base), .other = mean_of(pairs.other)};
    result.difference = paired_difference({pairs.keys, differences}, rules.seed);
    result.adjusted_p = result.difference.p;
    result.threshold = rules.practical * std::abs(result.base);
    return result;
}

void judge_slice(SliceComparison& slice)
{
    slice.verdict = verdict_of(slice.difference.interval, slice.adjusted_p, slice.threshold);
}

void adjust(std::vector<SliceComparison>& slices, const ComparisonRules& rules)
{
    std::vector<double> p;
    for (const auto& slice : slices) p.push_back(slice.difference.p);
    const auto adjusted = rules.false_discoveries ? benjamini_hochberg(p) : holm(p);
    for (std::size_t n = 0; n < slices.size(); ++n) {
        slices[n].adjusted_p = adjusted[n];
        judge_slice(slices[n]);
    }
}

}  // namespace

SystemComparison compare_systems(const UserValues& values, std::size_t base, std::size_t other,
                                 const ComparisonRules& rules)
{
    SystemComparison result{.base = values.systems[base].name, .other = values.systems[other].name};
    Pairs all;
    for (std::size_t user = 0; user < values.keys.size(); ++user) all.add(values, base, other, user);
    result.everybody = compare_pairs(all, rules);
    judge_slice(result.everybody);
    for (const auto& by : values.slices) {
        std::vector<Pairs> parts(by.labels.size());
        for (std::size_t user = 0; user < by.label_of.size(); ++user)
            if (by.label_of[user] >= 0) parts[by.label_of[user]].add(values, base, other, user);
        for (std::size_t n = 0; n < parts.size(); ++n) {
            const auto users = std::ssize(parts[n].keys);
            if (users < rules.least_users) {
                if (users > 0)
                    result.too_small.push_back(fmt::format("{}: {} ({} users)", by.name, by.labels[n], users));
                continue;
            }
            result.slices.push_back(compare_pairs(parts[n], rules));
            result.slices.back().slice = by.name;
            result.slices.back().label = by.labels[n];
        }
    }
    adjust(result.slices, rules);
    return result;
}

}  // namespace alster
