#include <limits>
#include <ostream>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/top_k.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/kernels/candidates.hpp"

namespace alster::test {

namespace {

template <Backend B>
Candidate candidate(const std::string& name, const B& backend)
{
    return {name, std::numeric_limits<float>::epsilon(),
            [backend](const Problem& problem, const RowObjective& objective, HostMatrix& X) {
                return backend.solve(backend.load(problem.interactions, X.width), problem.fixed, objective, X);
            }};
}

}  // namespace

void PrintTo(const Candidate& candidate, std::ostream* out) { *out << candidate.name; }

std::vector<Candidate> candidates()
{
    std::vector<Candidate> all = {candidate("reference", ReferenceBackend())};
    for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
        if (set <= best_instruction_set()) all.push_back(candidate(name(set), CpuBackend(set)));
    all.push_back(candidate("longRows", CpuBackend(best_instruction_set(), 7)));  // all rows of more than 7 entries
    return all;
}

TopK top_k(FactorTable queries, FactorTable candidates, const Interactions* seen, Row k)
{
    return cpu_top_k(queries, candidates, seen, k);
}

}  // namespace alster::test
