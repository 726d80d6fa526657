#include <iostream>
#include <nlohmann/json.hpp>

#include "host/statistics/distributions.hpp"
#include "host/statistics/experiment.hpp"
#include "host/statistics/list_similarity.hpp"
#include "host/statistics/multiplicity.hpp"
#include "host/statistics/off_policy.hpp"
#include "host/statistics/paired.hpp"

namespace alster {
namespace {

using nlohmann::json;
using Numbers = std::vector<double>;

json of_pairs(const json& in)
{
    const auto keys = in["keys"].get<std::vector<std::uint64_t>>();
    const auto values = in["values"].get<Numbers>();
    const auto found = paired_difference({keys, values}, in["seed"]);
    return {found.mean, found.interval.low, found.interval.high, found.p};
}

json of_lists(const json& in)
{
    const auto a = in["a"].get<std::vector<std::int32_t>>(), b = in["b"].get<std::vector<std::int32_t>>();
    const auto a_scores = in["a_scores"].get<std::vector<float>>(), b_scores = in["b_scores"].get<std::vector<float>>();
    const auto found = list_similarity({a, a_scores}, {b, b_scores});
    return {found.rbo, found.rbo_truncated, found.average_overlap, found.jaccard};
}

json of_groups(const json& in)
{
    const auto control = in["control"].get<Numbers>(), treatment = in["treatment"].get<Numbers>();
    const auto found = group_difference(group_of(control), group_of(treatment), {.planned = in["planned"]});
    return {found.value, found.interval.low,     found.interval.high,
            found.p,     found.always_valid.low, found.always_valid.high};
}

json of_cuped(const json& in)
{
    const auto found = cuped(in["outcomes"].get<Numbers>(), in["before"].get<Numbers>());
    return {found.theta, found.variance_reduction, found.adjusted.front(), found.adjusted.back()};
}

json of_policies(const json& in)
{
    const auto p = in["p"].get<Numbers>(), t = in["t"].get<Numbers>(), r = in["r"].get<Numbers>(),
               q = in["q"].get<Numbers>(), qt = in["qt"].get<Numbers>();
    const auto found = off_policy({p, t, r, q, qt});
    json values = {found.effective, found.mean_weight, found.largest_weight, found.mean_reward};
    for (const auto& value : {found.ips, found.snips, found.doubly_robust})
        for (const double number : {value.value, value.interval.low, value.interval.high}) values.push_back(number);
    return values;
}

json answer(const json& in)
{
    const std::string what = in["what"];
    if (what == "pairs") return of_pairs(in);
    if (what == "lists") return of_lists(in);
    if (what == "groups") return of_groups(in);
    if (what == "cuped") return of_cuped(in);
    if (what == "policies") return of_policies(in);
    if (what == "holm") return holm(in["p"].get<Numbers>());
    if (what == "bh") return benjamini_hochberg(in["p"].get<Numbers>());
    if (what == "chi2") return {chi_squared_tail(in["x"], in["freedom"])};
    if (what == "ratio") {
        const auto found = sample_ratio(in["units"].get<std::vector<std::int64_t>>(), in["shares"].get<Numbers>());
        return {found.chi_squared, found.p};
    }
    throw std::invalid_argument(what);
}

}  // namespace
}  // namespace alster

/// Cases as JSON, one a line, are answered by their numbers: for statistics_witness_test.py.
int main()
{
    for (std::string line; std::getline(std::cin, line);)
        std::cout << alster::answer(nlohmann::json::parse(line)).dump() << '\n';
}
