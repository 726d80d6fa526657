#pragma once
#include "data/dataset_file.hpp"
#include "distributed/factor_exchange.hpp"
#include "host/sharding/host_memory.hpp"
#include "host/sharding/partition_by_cost.hpp"
#include "host/sharding/row_sizes.hpp"

namespace alster {

/// How a dataset falls on a number of ranks.
struct Distribution {
    std::vector<RankLoad> ranks = {};
    std::vector<double> cost = {};  // (ranks) of its rows' systems, in multiply-adds of a sweep
    ExchangeVolumes users;          // rows that all ranks together receive in a half-step
    ExchangeVolumes items;
    std::vector<Row> received = {};  // (ranks) rows that it receives in a sweep, as the exchange was chosen
};

/// Exactly as training will do it: one pass over the interactions of both sides.
[[nodiscard]] Distribution distribute(const DatasetReader& dataset, const RowCost& cost,
                                      const ExchangeOptions& exchange, int ranks);

[[nodiscard]] RowSizes row_sizes(const DatasetReader& dataset, const RowCost& cost);

/// Rows and interactions of one rank; nothing of tables.
[[nodiscard]] RankLoad own_load(const DatasetReader& dataset, const Share& users, const Share& items, int rank);

/// A catalogue known by its size only: power laws with these exponents, each rank having an even share.
struct Sizes {
    Row users = 0;
    Row items = 0;
    Offset interactions = 0;
    double popularity_exponent = 0.9;
    double activity_exponent = 0.6;
};

[[nodiscard]] Distribution distribute(const Sizes& sizes, const RowCost& cost, const ExchangeOptions& exchange,
                                      int ranks);
[[nodiscard]] RowSizes row_sizes(const Sizes& sizes, const RowCost& cost);

}  // namespace alster
