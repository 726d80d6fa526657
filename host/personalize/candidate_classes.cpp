#include "host/personalize/candidate_classes.hpp"

namespace alster {

void CandidateClasses::apply(std::span<const std::int32_t> class_of, CandidateFilter& filter)
{
    if (!eligibility_) return;
    const BitTable& items = eligibility_->items();
    std::vector<std::uint32_t> words(candidates_.words_per_row());
    for (Row c = candidates_.rows(); c < items.rows(); ++c) {
        std::ranges::fill(words, 0U);
        for (std::size_t n = 0; n < item_.size(); ++n) words[n / 32] |= std::uint32_t{items.at(c, item_[n])} << n % 32;
        candidates_.add_row(words);
    }
    filter.class_of = class_of;
    filter.eligible = &candidates_;
}

}  // namespace alster
