#include "host/personalize/taste.hpp"

#include <algorithm>
#include <numeric>

namespace alster {

namespace {

void normalize(std::vector<double>& shares)
{
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (sum > 0)
        for (double& share : shares) share /= sum;
}

}  // namespace

GenreTaste::GenreTaste(const AttributeColumn& attribute, std::span<const std::int32_t> counts)
    : attribute_(attribute), base_(attribute.vocabulary.rows())
{
    for (std::size_t i = 0; i < counts.size(); ++i) add(static_cast<Row>(i), counts[i], base_);
    normalize(base_);
}

std::span<const std::int32_t> GenreTaste::of_item(Row item) const
{
    const std::span<const std::int32_t> codes = attribute_.codes;
    if (attribute_.type == AttributeType::set)
        return codes.subspan(attribute_.offsets[item], attribute_.offsets[item + 1] - attribute_.offsets[item]);
    return attribute_.codes[item] == no_code ? codes.first(0) : codes.subspan(item, 1);
}

void GenreTaste::add(Row item, double weight, std::vector<double>& shares) const
{
    const auto codes = of_item(item);
    for (const auto code : codes) shares[code] += weight / static_cast<double>(codes.size());
}

std::vector<double> GenreTaste::shares(std::span<const std::int32_t> items) const
{
    std::vector<double> shares(values());
    for (const auto item : items) add(item, 1, shares);
    normalize(shares);
    return shares;
}

}  // namespace alster
