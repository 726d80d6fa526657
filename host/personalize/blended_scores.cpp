#include "host/personalize/blended_scores.hpp"

#include <fmt/format.h>

namespace alster {

BlendedScores::BlendedScores(ServedModel& served, const BlendOptions& options)
    : info_(served.info()),
      all_time_(served.popularity()),
      recent_(recent_term(served, options)),
      scorer_(recent_ ? recent_->scorer() : served.item_scorer())
{
    if (options.mu == 0) return;
    term_.emplace(served, neighbours_of(served, options));
    neighbours_.emplace(blend_for_users(served, *term_, options.mu));
}

std::string BlendedScores::formula() const
{
    const std::string model = score_formula(info_);
    if (!recent_) return neighbours_ ? blend_formula(model, *neighbours_) : model;
    const std::string before = neighbours_ ? blend_formula(model, *neighbours_) + ";" : "s";
    return fmt::format("{} + rho * (sd(s) / sd(r)) * r,{} {}", before, neighbours_ ? "" : " s = " + model + ",",
                       recent_->words());
}

}  // namespace alster
