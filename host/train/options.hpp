#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "data/interactions.hpp"
#include "distributed/factor_exchange.hpp"
#include "host/train/borders.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

/// Whether rows are shared out anew among the ranks when it has shown how long they take.
enum class Rebalance { automatic, never, always };

enum class Feedback { implicit_feedback, explicit_feedback };

inline constexpr Row max_factors = 2048;

/// What a training run is asked to do: the options of `alster train`.
struct TrainOptions {
    std::filesystem::path data;
    std::filesystem::path out;  // the run's directory
    bool overwrite = false;
    std::string backend = "auto";
    std::string precision = "auto";
    double gpu_memory = 0;              // GiB of a GPU that a rank may take; 0: its share of what is free
    std::string gpu_exchange = "auto";  // auto: MPI is given device memory where it reads it; host: never
    int threads = 0;                    // a rank; 0: its share of the node's cores
    ExchangeOptions exchange;
    Rebalance rebalance = Rebalance::automatic;

    BorderOptions borders;

    Feedback feedback = Feedback::implicit_feedback;
    Row factors = 64;         // f
    double lambda = -1;       // λ; below 0: what suits the feedback, regularization()
    double bias_lambda = -1;  // λ of the biases, explicit feedback; below 0: λ
    double alpha0 = 0.2;      // α0, weight of all pairs, implicit feedback
    double alpha = 0;         // the classic form: confidence 1 + alpha·r, weight 1 on what was not seen; 0: not used
    double nu = 1;            // ν, exponent of the counts in λ_u = λ (n_u + α0·|items|)^ν
    int sweeps = 16;
    int cg_steps = 0;  // of conjugate gradients for rows where they are cheaper; 0: all rows exactly
    std::uint64_t seed = 1;
    double init_scale = 0.1;  // σ of the first item factors is init_scale/√f
    int patience = 0;         // sweeps without a better validation metric before it stops; 0: never

    [[nodiscard]] bool is_explicit() const { return feedback == Feedback::explicit_feedback; }
    /// λ of the factors, and of the biases (docs/benchmarks.md, "Defaults").
    [[nodiscard]] double regularization() const { return lambda >= 0 ? lambda : is_explicit() ? 0.15 : 0.02; }
    [[nodiscard]] double bias_regularization() const { return bias_lambda >= 0 ? bias_lambda : regularization(); }
    /// Weight of unobserved pairs in the objective that is solved.
    [[nodiscard]] double unobserved_weight() const { return is_explicit() ? 0 : alpha > 0 ? 1 : alpha0; }
    /// Columns of the factor matrices while training: explicit rows carry their bias as the last one.
    [[nodiscard]] Row width() const { return is_explicit() ? factors + 1 : factors; }
    [[nodiscard]] RowCost row_cost() const { return {width(), cg_steps}; }
};

}  // namespace alster
