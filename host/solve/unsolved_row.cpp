#include "host/solve/unsolved_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/error.hpp"
#include "host/model/objective.hpp"

namespace alster {

namespace {

/// How far the objective's numbers of some entries go: the largest confidence, or rating from the mean.
double largest_of(Interactions rows, const Objective& objective, double mean)
{
    rows = objective.apply(std::move(rows), mean);
    double largest = 0;
    if (objective.is_explicit())
        for (const float p : rows.preferences) largest = std::max(largest, std::abs(static_cast<double>(p)));
    else if (rows.confidences.empty())
        largest = 1;
    else
        largest = std::ranges::max(rows.confidences);
    return largest;
}

}  // namespace

std::string describe_row(const DatasetReader& dataset, Side side, Row row, const Objective& objective)
{
    Interactions entries = dataset.interactions(Part::train, side, {row, row + 1});
    const Offset n = entries.entries();
    return fmt::format("{} {} ({} interactions, largest {} {:.3g})", side == Side::users ? "user" : "item",
                       dataset.ids(side, {row, row + 1}).text(0), n,
                       objective.is_explicit() ? "distance of a rating from the mean" : "confidence",
                       n > 0 ? largest_of(std::move(entries), objective, dataset.info().value_mean) : 0);
}

Row heaviest_row(const DatasetReader& dataset, Side side, const Objective& objective)
{
    constexpr Row at_once = 4096;
    Row heaviest = 0;
    double most = -1;
    const Row rows = dataset.rows(side);
    for (Row first = 0; first < rows; first += at_once) {
        const Interactions some =
            objective.apply(dataset.interactions(Part::train, side, {first, std::min(rows, first + at_once)}),
                            dataset.info().value_mean);
        const auto& numbers = objective.is_explicit() ? some.preferences : some.confidences;
        for (Row u = 0; u < some.rows(); ++u)
            for (Offset k = some.offsets[u]; k < some.offsets[u + 1]; ++k) {
                const double number = numbers.empty() ? 1 : std::abs(static_cast<double>(numbers[k]));
                if (number <= most) continue;
                most = number;
                heaviest = first + u;
            }
    }
    return heaviest;
}

const char* what_helps(const Objective& objective)
{
    if (objective.is_explicit()) return "raise --reg, or prepare ratings on a smaller scale";
    return "lower confidences by log_epsilon in event rules or a smaller --alpha, or raise --reg";
}

void refuse(const UnsolvedRow& row, const DatasetReader& dataset, const Objective& objective)
{
    throw Error(ExitCode::diverged, "the factors of {} {}: {}", describe_row(dataset, row.side, row.row, objective),
                row.finite ? "cannot be solved for in fp64" : "are not finite", what_helps(objective));
}

}  // namespace alster
