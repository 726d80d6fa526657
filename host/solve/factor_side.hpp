#pragma once
#include <memory>

#include "distributed/factor_exchange.hpp"
#include "distributed/row_partition.hpp"
#include "host/sharding/split_rows.hpp"
#include "host/solve/side_prior.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// One side of the factorization as a rank holds it.
template <Backend B>
struct FactorSide {
    Side side;
    RowPartition partition;
    SplitRows split;                           // those of which all ranks hold parts
    typename B::Shard interactions;            // of this rank's rows; columns are rows of the other side's table
    typename B::Shard parts;                   // this rank's parts of split rows
    typename B::Matrix factors;                // (this rank's rows, w)
    std::unique_ptr<FactorExchange> exchange;  // brings factors of this side to the ranks that solve the other
    ExchangeVolumes volumes;                   // what it was chosen from
    ReceivedRows received;                     // what it brings, to all ranks together
    typename B::Matrix table;                  // what it brings; unused where the exchange is trivial
    std::vector<double> gramian = {};          // of all rows, lower triangle packed; where the objective has one
    double penalty = 0;  // Σ λ_r‖row‖² over all rows; with a prior Σ λ_r‖row − m‖² + ρ λ‖A‖²
    std::unique_ptr<SidePrior> prior = {};  // null: rows are pulled to 0
};

}  // namespace alster
