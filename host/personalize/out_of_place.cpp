#include "host/personalize/out_of_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace alster {

namespace {

std::span<const std::int32_t> codes_of(const AttributeColumn& sets, Row row)
{
    return std::span(sets.codes).subspan(sets.offsets[row], sets.offsets[row + 1] - sets.offsets[row]);
}

/// Both ascend.
bool have_common(std::span<const std::int32_t> a, std::span<const std::int32_t> b)
{
    return std::ranges::any_of(a, [&](std::int32_t code) { return std::ranges::binary_search(b, code); });
}

}  // namespace

std::vector<std::string> out_of_place(const PlaceMeasures& measures, const OutOfPlaceLimits& limits)
{
    std::vector<std::string> remarks;
    if (measures.evidence_share && *measures.evidence_share < limits.evidence)
        remarks.push_back(
            fmt::format("weak evidence: what is named is {:.3g} of what speaks for it", *measures.evidence_share));
    if (measures.popularity_share && *measures.popularity_share > limits.popularity)
        remarks.push_back(
            fmt::format("popular: what everybody likes is {:.3g} of the score", *measures.popularity_share));
    if (measures.genre_share && measures.standard_score && *measures.genre_share < limits.genre &&
        *measures.standard_score < limits.score)
        remarks.push_back(
            fmt::format("far genre: {:.3g} of what the user liked shares one, and the score is only "
                        "{:.3g} deviations above the mean",
                        *measures.genre_share, *measures.standard_score));
    return remarks;
}

std::optional<double> share_in_common(const AttributeColumn& sets, Row row, const std::vector<Row>& liked)
{
    const auto own = codes_of(sets, row);
    if (own.empty() || liked.empty()) return std::nullopt;
    const auto common =
        std::ranges::count_if(liked, [&](Row other) { return have_common(own, codes_of(sets, other)); });
    return static_cast<double>(common) / static_cast<double>(liked.size());
}

}  // namespace alster
