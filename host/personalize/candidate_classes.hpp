#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "host/personalize/eligibility.hpp"
#include "kernels/candidate_filter.hpp"

namespace alster {

/// What the classes of users may see, as the candidates of a scorer have it: these are some of the items, in an order
/// of their own. Without an Eligibility everybody may see everything.
class CandidateClasses {
public:
    /// `item`: of each candidate. `eligibility` may be null, or outlives this.
    CandidateClasses(Eligibility* eligibility, std::vector<std::int32_t> item)
        : eligibility_(eligibility), item_(std::move(item)), candidates_(0, std::ssize(item_))
    {
    }

    [[nodiscard]] bool any() const { return eligibility_ != nullptr; }

    /// Sets the classes of a filter of candidates; `class_of` must live as long as the filter.
    void apply(std::span<const std::int32_t> class_of, CandidateFilter& filter);

private:
    Eligibility* eligibility_;
    std::vector<std::int32_t> item_;
    BitTable candidates_;  // (classes that were met so far, candidates)
};

}  // namespace alster
