#include "host/train/feedback.hpp"

#include <algorithm>

#include "data/error.hpp"

namespace alster {

namespace {

void apply_classic(Interactions& interactions, double alpha)
{
    const bool weighted = !interactions.confidences.empty();
    if (!weighted) {
        interactions.confidences = std::move(interactions.values);
        interactions.preferences.assign(interactions.confidences.size(), 1.0F);
    }
    for (std::size_t k = 0; k < interactions.confidences.size(); ++k) {
        const double r = interactions.confidences[k];
        if (!(r > 0) && !(weighted && r == 0))
            throw Error(ExitCode::bad_data, "--alpha needs positive values, and there is one of {}: use event rules",
                        r);
        interactions.confidences[k] = static_cast<float>(alpha * r);
        if (r > 0) interactions.preferences[k] *= static_cast<float>((1 + alpha * r) / (alpha * r));
    }
}

void apply_explicit(Interactions& interactions, double mean)
{
    const auto shown = std::ranges::count_if(interactions.roles, [](Roles role) { return (role & shown_role) != 0; });
    if (shown > 0)
        throw Error(ExitCode::usage,
                    "--objective explicit takes every interaction for a rating, and {} or more were only shown: write "
                    "ignore = true in the rule of that type and prepare again, or take --objective implicit",
                    shown);
    release(interactions.confidences);
    interactions.preferences = std::move(interactions.values);
    for (float& p : interactions.preferences) p = static_cast<float>(p - mean);
}

}  // namespace

Interactions apply_feedback(Interactions interactions, const TrainOptions& options, double mean)
{
    if (options.is_explicit())
        apply_explicit(interactions, mean);
    else if (options.alpha > 0)
        apply_classic(interactions, options.alpha);
    release(interactions.values);
    release(interactions.roles);
    return interactions;
}

}  // namespace alster
