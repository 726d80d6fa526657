#include "host/model/objective.hpp"

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

Objective Objective::of(const ModelInfo& model)
{
    const bool is_explicit = model.objective == "explicit";
    return {.feedback = is_explicit ? Feedback::explicit_feedback : Feedback::implicit_feedback,
            .factors = model.factors,
            .lambda = model.lambda,
            .bias_lambda = model.bias_lambda,
            .alpha0 = model.alpha0,
            .alpha = model.alpha,
            .nu = model.nu};
}

void Objective::settle(const DatasetInfo& data)
{
    constexpr double pairs_per_interaction = 8;
    if (alpha0 >= 0) return;
    const double pairs = static_cast<double>(data.users) * static_cast<double>(data.items);
    // a pair that was not seen counts for no more than one that was
    alpha0 = std::min(1.0, pairs_per_interaction * static_cast<double>(data.interactions) / pairs);
}

void Objective::describe(ModelInfo& model) const
{
    model.objective = is_explicit() ? "explicit" : "implicit";
    model.width = served_width();
    model.factors = factors;
    model.alpha0 = unobserved_weight();
    model.alpha = is_explicit() ? 0 : alpha;
    model.lambda = regularization();
    model.nu = nu;
    model.bias_lambda = bias_regularization();
}

RowObjective Objective::of_row(Row fixed_rows) const
{
    if (unobserved_weight() < 0) throw Error(ExitCode::internal, "alpha0 was left to the data and never settled");
    return {.base = std::vector<double>(static_cast<std::size_t>(width())),
            .lambda = regularization(),
            .nu = nu,
            .count_offset = unobserved_weight() * static_cast<double>(fixed_rows),
            .biased = is_explicit(),
            .bias_lambda = bias_regularization()};
}

Interactions Objective::apply(Interactions interactions, double mean) const
{
    if (is_explicit())
        apply_explicit(interactions, mean);
    else if (alpha > 0)
        apply_classic(interactions, alpha);
    release(interactions.values);
    release(interactions.roles);
    return interactions;
}

}  // namespace alster
