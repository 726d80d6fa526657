#pragma once
#include <cstdint>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/solve/unsolved_row.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// What one half-step did: as the solver returns it this rank's part of it, after gather() that of all ranks.
struct HalfStep {
    Side solved = Side::users;
    double objective = 0;             // after it; of all ranks in any case
    double basis_s = 0;               // Gramian, eigenproblem and rotation
    double exchange_s = 0;            // of the slowest rank; beside the solve where the backend can
    double waited_s = 0;              // of it, by a thread that had no rows to solve with: mean over threads and ranks
    std::int64_t received_bytes = 0;  // of factors, on their way to all ranks
    std::int64_t first_stage_bytes = 0;     // of them, those before which no row could be solved
    double solve_s = 0;                     // of the slowest rank, without waiting
    double imbalance = 1;                   // slowest over mean
    std::vector<double> rank_solve_s = {};  // (ranks)
    std::int64_t dual_rows = 0;
    std::int64_t cg_rows = 0;
    std::int64_t retried_rows = 0;

    [[nodiscard]] double seconds() const { return basis_s + waited_s + solve_s; }

    /// Enters how many of this rank's rows were solved which way.
    void count(const SolveReport& report);

    /// From this rank's part to that of all. Collective.
    void gather(const Communicator& ranks);
};

/// Throws UnsolvedRow where a rank met a row that cannot be solved: on all ranks the same, so that they stop together.
/// `first` is the number of this rank's first row. Collective.
void require_solved(const Communicator& ranks, Side side, Row first, const SolveReport& report);

}  // namespace alster
