#include "host/personalize/rerank/price.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace alster {

namespace {

/// Far above any sum of scores, and still fine to 2⁻³⁷.
constexpr double most = 0x1p60;

}  // namespace

RerankPrice::RerankPrice(std::vector<std::string> steps, Row items)
    : steps_(std::move(steps)), items_(items), measured_(list_measures.size())
{
    steps_.insert(steps_.begin(), "before");
    sums_.assign(steps_.size(), ExactSum(list_measures.size(), most));
    listed_.resize(steps_.size() * static_cast<std::size_t>(items));
}

void RerankPrice::add(const std::vector<ListMeasures>& of_steps, const std::vector<std::vector<std::int32_t>>& lists)
{
    ++users_;
    for (std::size_t m = 0; m < list_measures.size(); ++m) measured_[m] += std::int64_t{of_steps[0][m].has_value()};
    for (std::size_t s = 0; s < steps_.size(); ++s) {
        std::array<double, list_measures.size()> term{};
        for (std::size_t m = 0; m < term.size(); ++m) term[m] = of_steps[s][m].value_or(0);
        sums_[s].add(term);
        for (const auto item : lists[s])
            ++listed_[s * static_cast<std::size_t>(items_) + static_cast<std::size_t>(item)];
    }
}

void RerankPrice::add_failures(std::int64_t above_caps, std::int64_t missing_quota)
{
    above_caps_ += above_caps;
    missing_quota_ += missing_quota;
}

RerankPrice RerankPrice::over(const Communicator& ranks) const
{
    RerankPrice all(*this);
    for (auto* count : {&all.users_, &all.above_caps_, &all.missing_quota_}) *count = ranks.sum(*count);
    for (auto& sum : all.sums_) ranks.sum(sum);
    ranks.sum(std::span(all.measured_));
    ranks.sum(std::span(all.listed_));
    return all;
}

std::optional<double> RerankPrice::mean(std::size_t step, std::size_t measure) const
{
    if (measured_[measure] == 0) return std::nullopt;
    return sums_[step].values()[measure] / static_cast<double>(measured_[measure]);
}

double RerankPrice::coverage(std::size_t step) const
{
    const auto first = listed_.begin() + static_cast<std::ptrdiff_t>(step) * items_;
    const auto covered = std::count_if(first, first + items_, [](auto lists) { return lists > 0; });
    return static_cast<double>(covered) / static_cast<double>(items_);
}

nlohmann::json RerankPrice::json() const
{
    auto steps = nlohmann::json::array();
    for (std::size_t s = 0; s < steps_.size(); ++s) {
        nlohmann::json step{{"step", steps_[s]}, {"coverage", coverage(s)}};
        for (std::size_t m = 0; m < list_measures.size(); ++m)
            if (const auto value = mean(s, m)) step[list_measures[m]] = *value;
        steps.push_back(step);
    }
    return {{"users", users_}, {"steps", steps}, {"above_caps", above_caps_}, {"missing_quota", missing_quota_}};
}

std::vector<std::string> RerankPrice::table() const
{
    std::size_t width = 0;
    for (const auto& step : steps_) width = std::max(width, step.size());
    std::string head = fmt::format("{:<{}}", "step", width);
    for (const char* name : list_measures) head += fmt::format("  {:>8}", name);
    std::vector<std::string> lines{head + "  coverage"};
    for (std::size_t s = 0; s < steps_.size(); ++s) {
        std::string line = fmt::format("{:<{}}", steps_[s], width);
        for (std::size_t m = 0; m < list_measures.size(); ++m) {
            const auto value = mean(s, m);
            line += value ? fmt::format("  {:>8.4f}", *value) : fmt::format("  {:>8}", "-");
        }
        lines.push_back(line + fmt::format("  {:>8.4f}", coverage(s)));
    }
    if (above_caps_ > 0)
        lines.push_back(
            fmt::format("{} places above a cap, as the pool had nothing else: a larger pool may help", above_caps_));
    if (missing_quota_ > 0)
        lines.push_back(fmt::format(
            "{} items missing that quotas ask for, as the pool had no more: a larger pool may help", missing_quota_));
    return lines;
}

}  // namespace alster
