#include "host/publish/matched_ids.hpp"

#include <numeric>

namespace alster {

MatchedIds::MatchedIds(IdColumn first, IdColumn second) : first_(std::move(first)), second_(std::move(second))
{
    const IdLookup lookup(second_);
    second_of_.reserve(static_cast<std::size_t>(first_.rows()));
    for (Row r = 0; r < first_.rows(); ++r) second_of_.push_back(lookup.find(first_.text(r)).value_or(-1));
}

std::vector<std::int32_t> MatchedIds::first_numbers() const
{
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(first_.rows()));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

std::vector<std::int32_t> MatchedIds::second_numbers() const
{
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(second_.rows()), -1);
    for (Row r = 0; r < first_.rows(); ++r)
        if (second_of_[r] >= 0) numbers[second_of_[r]] = static_cast<std::int32_t>(r);
    auto next = static_cast<std::int32_t>(first_.rows());
    for (auto& number : numbers)
        if (number < 0) number = next++;
    return numbers;
}

std::vector<std::string> MatchedIds::joined() const
{
    std::vector<std::string> ids;
    for (Row r = 0; r < first_.rows(); ++r) ids.push_back(first_.text(r));
    const auto numbers = second_numbers();
    for (Row r = 0; r < second_.rows(); ++r)
        if (numbers[r] >= first_.rows()) ids.push_back(second_.text(r));
    return ids;
}

}  // namespace alster
