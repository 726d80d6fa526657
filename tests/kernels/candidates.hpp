#pragma once
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "kernels/backend.hpp"
#include "kernels/top_k.hpp"
#include "tests/support/random_problem.hpp"

namespace alster::test {

/// A way to solve rows, for tests that all of them must pass.
struct Candidate {
    std::string name;
    double eps;  // to which an element is rounded before products are summed
    std::function<SolveReport(const Problem&, const RowObjective&, HostMatrix&)> solve;
};

void PrintTo(const Candidate& candidate, std::ostream* out);

/// Those of this program: the CPU's backends and instruction sets that this machine can run, or the GPU's precisions.
[[nodiscard]] std::vector<Candidate> candidates();

/// top_k by this program's backend.
[[nodiscard]] TopK top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter, Row k);

}  // namespace alster::test
