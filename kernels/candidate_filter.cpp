#include "kernels/candidate_filter.hpp"

#include <algorithm>

#include "data/error.hpp"

namespace alster {

BitTable::BitTable(Row rows, Row columns)
    : rows_(rows),
      columns_(columns),
      words_per_row_((columns + 31) / 32),
      words_(static_cast<std::size_t>(rows * words_per_row_))
{
}

void BitTable::set(Row row, Row column, bool value)
{
    std::uint32_t& word = words_[row * words_per_row_ + column / 32];
    const std::uint32_t bit = std::uint32_t{1} << column % 32;
    word = value ? word | bit : word & ~bit;
}

void BitTable::add_row(std::span<const std::uint32_t> words)
{
    if (std::ssize(words) != words_per_row_) throw Error(ExitCode::internal, "a row of bits has another length");
    words_.insert(words_.end(), words.begin(), words.end());
    ++rows_;
}

BitTable BitTable::transposed() const
{
    BitTable other(columns_, rows_);
    for (Row r = 0; r < rows_; ++r)
        for (Row c = 0; c < columns_; ++c)
            if (at(r, c)) other.set(c, r);
    return other;
}

bool CandidateFilter::allows(Row query, Row candidate, Row group) const
{
    if (excluded && std::ranges::binary_search(excluded->columns_of(query), candidate)) return false;
    if (eligible && !eligible->at(class_of[query], candidate)) return false;
    return !groups || groups->at(group, candidate);
}

void CandidateFilter::check(Row queries, Row candidates) const
{
    const auto require = [](bool holds, const char* what) {
        if (!holds) throw Error(ExitCode::internal, "a filter of candidates: {}", what);
    };
    require(!excluded || excluded->rows() == queries, "what is excluded is of other queries");
    require(!groups || groups->columns() == candidates, "groups are of other candidates");
    if (!eligible) return;
    require(eligible->columns() == candidates, "classes are of other candidates");
    require(std::ssize(class_of) == queries, "classes are of other queries");
    require(std::ranges::all_of(class_of, [&](std::int32_t c) { return c >= 0 && c < eligible->rows(); }),
            "a query has a class that is not there");
}

}  // namespace alster
