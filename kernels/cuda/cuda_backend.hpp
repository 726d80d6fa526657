#pragma once
#include <memory>

#include "kernels/backend.hpp"
#include "kernels/cuda/matrix.hpp"
#include "kernels/cuda/shard.hpp"
#include "kernels/eigenproblem.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Exact ALS on one GPU (docs/gpu.md). What it computes does not depend on which block or in which order: the same bits
/// for any number of ranks. Copies of a backend share its device; matrices and shards must not outlive it.
class CudaBackend {
public:
    using Matrix = CudaMatrix;
    using Shard = CudaShard;

    explicit CudaBackend(int device, const CudaOptions& options = {});

    static constexpr int most_batches = 1;

    [[nodiscard]] Shard load(Interactions interactions, Row width, std::vector<RowRange> batches = {}) const;
    [[nodiscard]] Matrix make_matrix(Row rows, Row width) const;

    /// Matrices that are made from now on lie in page-locked host memory, and one at a time, of `largest` floats at
    /// most, comes to the device; 0: all lie there. Throws out_of_memory (13) where even that does not fit.
    void keep_factors_on_host(std::size_t largest) const;
    [[nodiscard]] bool factors_on_host() const { return shared_->place == Matrix::Place::host; }

    /// Through page-locked memory, which MPI may send from and receive into.
    void read_on_host(const Matrix& matrix, auto&& f) const { f(on_host(matrix)); }
    void write_on_host(Matrix& matrix, auto&& f) const
    {
        f(staging(matrix));
        upload_staging(matrix);
    }

    /// Through page-locked memory, each part of the table copied to the device while the next is on its way; or, where
    /// MPI reads device memory, not through the host at all.
    void exchange(const Matrix& mine, Matrix& table, std::size_t staging, auto&& f) const
    {
        f(options_.mpi_reads_device && !mine.on_host() ? device_row_buffers(mine, table, staging)
                                                       : staged_row_buffers(mine, table, staging));
        finish_exchange();
    }

    [[nodiscard]] double largest(const Matrix& Y) const;
    void gramian(const Matrix& Y, ExactSum& G, BasisFor use = BasisFor::model) const;
    /// Of order w, in fp64 on the first rank's CPU: docs/gpu.md says what that costs.
    [[nodiscard]] Spectrum principal_basis(std::span<const double> gram, Row width) const
    {
        return eigenproblem(gram, width);
    }
    void rotate(Matrix& Y, const Spectrum& spectrum, BasisFor use = BasisFor::model) const;
    void rotate_start(const Shard& /*shard*/, Matrix& /*X*/, const Spectrum& /*spectrum*/) const {}
    [[nodiscard]] SolveReport solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X,
                                    const RowsReady& ready = rows_are_there) const;
    [[nodiscard]] const Interactions& interactions(const Shard& shard) const { return shard.interactions; }

    /// top_k of candidates that are copied to the device: fp32, a score one chain of fused multiply-adds.
    [[nodiscard]] Scorer scorer(FactorTable candidates) const;

    [[nodiscard]] const Device& device() const { return shared_->device; }
    [[nodiscard]] Precision precision() const { return options_.precision; }

private:
    struct Shared {
        Shared(int id, std::size_t memory_limit, int sharing) : device(id, memory_limit, sharing) {}

        Device device;
        Matrix::Place place = Matrix::Place::device;
        FixedSide fixed;
        PinnedBuffer<float> reading;
        PinnedBuffer<float> writing;
        DeviceBuffer<unsigned long long> gramian;
        DeviceBuffer<unsigned> largest;
        DeviceBuffer<double> vectors;
        PinnedBuffer<float> packed;
        DeviceBuffer<float> packed_on_device;
        DeviceBuffer<Column> packed_rows;
    };

    [[nodiscard]] std::span<const float> on_host(const Matrix& matrix) const;
    [[nodiscard]] std::span<float> staging(Matrix& matrix) const;
    void upload_staging(Matrix& matrix) const;
    [[nodiscard]] RowBuffers staged_row_buffers(const Matrix& mine, Matrix& table, std::size_t staging) const;
    [[nodiscard]] RowBuffers device_row_buffers(const Matrix& mine, Matrix& table, std::size_t staging) const;
    void finish_exchange() const;

    std::shared_ptr<Shared> shared_;
    CudaOptions options_;
};

static_assert(Backend<CudaBackend>);

}  // namespace alster
