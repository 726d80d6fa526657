#include <ostream>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/top_k.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/kernels/candidates.hpp"
#include "tests/kernels/twin_solver.hpp"

namespace alster::test {

namespace {

constexpr double fp32_eps = 0x1p-23;
constexpr double bf16_eps = 0x1p-8;  // half a unit in the last of 8 bits, table and panel

template <Backend B>
Candidate candidate(const std::string& name, double eps, const B& backend)
{
    return {name, eps, [backend](const Problem& problem, const RowObjective& objective, HostMatrix& X) {
                return backend.solve(backend.load(problem.interactions, X.width), problem.fixed, objective, X);
            }};
}

}  // namespace

void PrintTo(const Candidate& candidate, std::ostream* out) { *out << candidate.name; }

std::vector<Candidate> candidates()
{
    std::vector<Candidate> all = {candidate("reference", fp32_eps, ReferenceBackend())};
    const auto add = [&](InstructionSet set, Precision precision, double eps) {
        if (set > best_instruction_set(precision)) return;
        const auto label = std::string(name(set)) + " in " + name(precision);
        all.push_back(candidate(label, eps, CpuBackend(set, precision)));
        // of 7 entries. What comes by parts is solved in the primal form, though most rows here are dual otherwise: of
        // n < w entries Σ c y yᵀ is singular, and nothing but the small elements of D holds its rounding. So the
        // farthest row, of 41 entries and 1025 factors, is ten times as far from fp64 as the farthest of those that are
        // solved whole, though both stay within 5 % of the bound, which has that κ. Real parts are of rows with n ≫ w.
        all.push_back(candidate(label + " by parts", eps, CpuBackend(set, precision, 7)));
    };
    for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
        add(set, Precision::fp32, fp32_eps);
        add(set, Precision::bf16, bf16_eps);
    }
    add(InstructionSet::avx512_bf16, Precision::bf16, bf16_eps);
    add(InstructionSet::amx, Precision::bf16, bf16_eps);
    all.push_back(candidate("twin of a matrix unit", bf16_eps, CpuBackend(twin::row_solver(), Precision::bf16)));
    return all;
}

TopK top_k(const Queries& queries, FactorTable candidates, const CandidateFilter& filter, Row k)
{
    return cpu_top_k(queries, candidates, filter, k);
}

}  // namespace alster::test
