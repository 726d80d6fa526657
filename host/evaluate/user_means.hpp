#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/exact_sum.hpp"
#include "data/id_column.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// Means over users, with 95 % intervals.
struct Means {
    Row users = 0;
    std::vector<double> values;
    std::vector<double> low;                      // 2.5 % quantile of the replicates
    std::vector<double> high;                     // 97.5 % quantile
    std::vector<std::vector<double>> replicates;  // (replicates, measures) what the quantiles are of
};

/// The middle 95 % of replicates: their 2.5 % and 97.5 % quantiles.
[[nodiscard]] std::pair<double, double> middle_95(std::vector<double> sample);

/// A number for each user that follows from its id alone, so that intervals do not depend on the order of rows.
[[nodiscard]] std::vector<std::uint64_t> user_keys(const IdColumn& ids);

/// Means over users of several measures in [0, 1], the same bits for any number of ranks and threads.
///
/// The intervals are a Poisson bootstrap: in replicate b user u counts w_ub times, w_ub ~ Poisson(1) drawn from a hash
/// of (seed, key of u, b). Users are independent of each other, so a stream of them can be resampled without holding
/// it.
class UserMeans {
public:
    /// `users`: an upper bound of the users of all ranks together.
    UserMeans(std::size_t measures, Row users, std::uint64_t seed);

    /// An empty one of the same kind, for another thread.
    [[nodiscard]] UserMeans zero() const;

    /// Users come in chunks of rows_per_chunk by global row number; within one they are added in order. `key` names the
    /// user: what it draws depends on nothing else.
    void add(std::uint64_t key, std::span<const double> values);
    void end_chunk();
    void add(const UserMeans& other);

    /// Collective.
    [[nodiscard]] Means over(const Communicator& ranks) const;

private:
    UserMeans(std::size_t measures, std::uint64_t seed, ExactSum sum);

    std::size_t measures_;
    std::uint64_t seed_;
    std::vector<double> chunk_;  // (1 + replicates, 1 + measures): Σ w, Σ w·value; row 0 has w = 1
    ExactSum sum_;
};

}  // namespace alster
