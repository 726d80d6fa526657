#include <ostream>

#include "tests/kernels/candidates.hpp"
#include "tests/kernels/cuda/on_device.hpp"

namespace alster::test {

void PrintTo(const Candidate& candidate, std::ostream* out) { *out << candidate.name; }

std::vector<Candidate> candidates()
{
    std::vector<Candidate> all;
    const auto add = [&](Precision precision, double eps) {
        all.push_back(
            {name(precision), eps, [precision](const Problem& problem, const RowObjective& objective, HostMatrix& X) {
                 return solve_on_device(CudaBackend(0, {precision}), problem.interactions, problem.fixed, objective, X);
             }});
    };
    add(Precision::fp32, 0x1p-23);
    add(Precision::tf32x3, 0x1p-21);  // three products, the fourth (2^-22) left out
    add(Precision::bf16, 0x1p-8);     // half a unit in the last of 8 bits, table and panel
    return all;
}

TopK top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter, Row k)
{
    return CudaBackend(0).scorer(candidates)(queries, filter, k);
}

}  // namespace alster::test
