#pragma once
#include <functional>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Errors of predicted ratings.
struct RatingErrors {
    Offset ratings = 0;
    double rmse = 0;
    double rmse_low = 0;  // 95 % interval over users
    double rmse_high = 0;
    double mae = 0;
};

/// The prediction for a user (number on this rank) and an item.
using Predictor = std::function<double(Row user, Row item)>;

/// The range that predictions are clipped to: that of the training ratings.
struct RatingScale {
    double least = 0;
    double most = 0;
};

/// mean + x_u·y_i in fp64. Rows that training never saw have zero factors and bias: what is left is the mean plus the
/// bias of the side that is known.
[[nodiscard]] Predictor model_predictor(FactorTable users, FactorTable items, double mean);

/// The yardstick: mean + b_u + b_i with  b_i = Σ (r − mean) / (n_i + 25)  and then  b_u = Σ (r − mean − b_i) / (n_u +
/// 10). Damping pulls the bias of what has few ratings to 0. `seen` holds this rank's users. Collective.
[[nodiscard]] Predictor bias_predictor(const Communicator& ranks, const DatasetReader& dataset,
                                       const Interactions& seen);

/// RMSE and MAE over the held-out ratings of all ranks' users (`users` of them; mine begin on a border of
/// rows_per_chunk). Users being independent of each other and their ratings not, the mean squared error m = Σ s_u / Σ
/// n_u has the variance Σ (s_u − m n_u)² / (Σ n_u)² (a ratio's, linearized), and the interval is √(m ± 1.96 of its
/// root). The same bits for any number of ranks. Collective.
[[nodiscard]] RatingErrors rating_errors(const Communicator& ranks, const Interactions& holdout, Row users,
                                         const RatingScale& scale, const Predictor& predict);

}  // namespace alster
