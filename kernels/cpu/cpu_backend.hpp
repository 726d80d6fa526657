#pragma once
#include "kernels/backend.hpp"
#include "kernels/cpu/isa/basis_kernel.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/eigenproblem.hpp"
#include "kernels/host_matrix.hpp"
#include "kernels/host_row_buffers.hpp"

namespace alster {

/// Exact ALS on the cores of one rank: fp32 tiles in registers for the rows, fp64 for what is summed over all rows. In
/// Precision::bf16 the rows are solved for the fixed side rounded to bf16, and the basis for that is summed in fp32.
/// Where steps of conjugate gradients are asked for, rows for which they are cheaper than the exact solution go that
/// far from the x that solve() finds. Threads are OpenMP's; no result depends on their number.
class CpuBackend {
public:
    using Matrix = HostMatrix;

    /// Interactions, and the order in which their rows are solved: batch by batch, and the most expensive of a batch
    /// first, so that threads end together.
    struct Shard {
        Interactions interactions;
        std::vector<Row> order;
        std::vector<RowRange> batches;   // of rows, and so of places in `order`
        std::vector<RowRange> portions;  // of places: what a thread takes at a time, all of one batch
        std::vector<Row> long_rows;      // which all threads assemble in parts
        Offset longest = 0;              // entries of the longest of the other rows

        [[nodiscard]] int batch_at(Row place) const;
    };

    /// Uses the widest vector instructions of this CPU up to `instructions`; ranks must agree on them to get the same
    /// bits. Rows of more than `part` entries are assembled in parts, and always solved exactly; another value gives
    /// other last bits. `cg_steps`: 0 for exact solutions of all rows.
    explicit CpuBackend(InstructionSet instructions = best_instruction_set(), Precision precision = Precision::fp32,
                        Offset part = alster::entries_per_part, int cg_steps = 0);

    /// With a row solver of one's own.
    explicit CpuBackend(RowSolver solver, Precision precision, Offset part = alster::entries_per_part, int cg_steps = 0,
                        InstructionSet instructions = best_instruction_set());

    /// Exact solutions in fp32, by the same parts.
    [[nodiscard]] CpuBackend exact() const { return CpuBackend(instructions_, Precision::fp32, entries_per_part_); }

    /// The `part` for so many factors and steps: larger where long rows go by steps, which one thread takes.
    [[nodiscard]] static Offset part_for(Row width, int cg_steps, InstructionSet instructions, Precision precision);

    static constexpr int most_batches = 8;

    [[nodiscard]] Shard load(Interactions interactions, Row width, std::vector<RowRange> batches = {}) const;
    [[nodiscard]] Matrix make_matrix(Row rows, Row width) const { return {rows, width}; }
    void read_on_host(const Matrix& matrix, auto&& f) const { f(std::span<const float>(matrix.values)); }
    void write_on_host(Matrix& matrix, auto&& f) const { f(std::span<float>(matrix.values)); }
    void exchange(const Matrix& mine, Matrix& table, std::size_t staging, auto&& f) const
    {
        std::vector<float> room(staging);
        f(host_row_buffers(mine.values, table.values, room, mine.width));
    }

    [[nodiscard]] double largest(const Matrix& Y) const;
    void gramian(const Matrix& Y, ExactSum& G, BasisFor use = BasisFor::model) const;
    [[nodiscard]] Spectrum principal_basis(std::span<const double> gram, Row width) const
    {
        return eigenproblem(gram, width);
    }
    void rotate(Matrix& Y, const Spectrum& spectrum, BasisFor use = BasisFor::model) const;
    void rotate_start(const Shard& shard, Matrix& X, const Spectrum& spectrum) const;
    [[nodiscard]] SolveReport solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X,
                                    const RowsReady& ready = rows_are_there) const;
    [[nodiscard]] const Interactions& interactions(const Shard& shard) const { return shard.interactions; }

    [[nodiscard]] Offset part_entries() const { return entries_per_part_; }
    [[nodiscard]] std::vector<float> assemble(const Shard& parts, RowRange range, const Matrix& Y, bool biased) const;
    [[nodiscard]] std::vector<double> residuals(const Shard& parts, RowRange range, const Matrix& Y, bool biased,
                                                const Matrix& X) const;

private:
    RowSolver row_solver_;
    BasisKernel basis_;              // in fp64
    BasisKernel basis_for_rounded_;  // for tables that are read in bf16, and for the start of steps
    Precision precision_;
    Offset entries_per_part_;
    int cg_steps_;
    InstructionSet instructions_;

    mutable TableVector<std::uint16_t> rounded_;  // kept for its memory: its pages would be cleared each time

    [[nodiscard]] const BasisKernel& basis_for(BasisFor use) const
    {
        return precision_ == Precision::bf16 && use == BasisFor::rows ? basis_for_rounded_ : basis_;
    }

    /// The table in bf16, where rows are solved from that; else null. Valid until the next call, which solve(),
    /// assemble() and residuals() make: a backend does one of them at a time.
    [[nodiscard]] const std::uint16_t* rounded(const Matrix& Y) const;
};

static_assert(SplitsRows<CpuBackend> && HasExactForm<CpuBackend>);

}  // namespace alster
