#pragma once
#include "data/interactions.hpp"
#include "host/train/options.hpp"

namespace alster {

/// Turns stored interactions into the confidences c and preferences p of the objective (docs/mathematics.md,
/// "Objective"):
///   implicit            c and p as stored by event rules; 1 and 1 without rules
///   implicit, classic   weight 1 + αr on p, 1 on what was not seen:  c = αr,  p ← p (1 + αr)/(αr);  r = c, or the
///   value explicit            c = 1,  p = value − mean
/// Values are given up. Throws bad_data (65) where the classic form meets r ≤ 0.
[[nodiscard]] Interactions apply_feedback(Interactions interactions, const TrainOptions& options, double mean);

}  // namespace alster
