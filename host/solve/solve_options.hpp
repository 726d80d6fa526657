#pragma once
#include <cmath>
#include <cstdint>
#include <filesystem>

#include "distributed/factor_exchange.hpp"
#include "host/model/objective.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

/// How the minimum of an objective is sought.
struct SolveOptions {
    int cg_steps = 0;  // of conjugate gradients for rows where they are cheaper; 0: all rows exactly
    ExchangeOptions exchange;
    std::uint64_t seed = 1;
    double init_scale = 0.1;
    std::filesystem::path start_from = {};  // a model whose item factors are the start of those items; empty: none

    /// σ of the first item factors: so that a score of theirs is about init_scale², whatever f.
    [[nodiscard]] double initial_sigma(Row factors) const
    {
        return init_scale / std::sqrt(static_cast<double>(factors));
    }
};

[[nodiscard]] inline RowCost row_cost(const Objective& objective, const SolveOptions& options)
{
    return {objective.width(), options.cg_steps};
}

}  // namespace alster
