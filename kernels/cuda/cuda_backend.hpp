#pragma once
#include <memory>

#include "kernels/backend.hpp"
#include "kernels/cuda/shard.hpp"

namespace alster {

/// Exact ALS on one GPU (docs/gpu.md). What it computes does not depend on which block or in which order: the same bits
/// for any number of ranks. Copies of a backend share its device; matrices and shards must not outlive it.
class CudaBackend {
public:
    struct Matrix {
        Row rows = 0;
        Row width = 0;
        DeviceBuffer<float> values;  // (rows, width) row-major
    };
    using Shard = CudaShard;

    /// On GPU `device`, which `sharing` ranks use; limits as of Device.
    explicit CudaBackend(int device, Precision precision = Precision::tf32x3, std::size_t memory_limit = 0,
                         int sharing = 1);

    [[nodiscard]] Shard load(Interactions interactions, Row width) const;
    [[nodiscard]] Matrix make_matrix(Row rows, Row width) const;

    /// Through page-locked memory, which MPI may send from and receive into.
    void read_on_host(const Matrix& matrix, auto&& f) const { f(std::span<const float>(downloaded(matrix))); }
    void write_on_host(Matrix& matrix, auto&& f) const
    {
        f(staging(matrix));
        upload_staging(matrix);
    }

    [[nodiscard]] double largest(const Matrix& Y) const;
    void gramian(const Matrix& Y, ExactSum& G) const;
    [[nodiscard]] Spectrum principal_basis(std::span<const double> gram, Row width) const;
    void rotate(Matrix& Y, const Spectrum& spectrum) const;
    [[nodiscard]] SolveReport solve(const Shard& shard, const Matrix& Y, const RowObjective& objective,
                                    Matrix& X) const;
    [[nodiscard]] const Interactions& interactions(const Shard& shard) const { return shard.interactions; }

    [[nodiscard]] const Device& device() const { return shared_->device; }
    [[nodiscard]] Precision precision() const { return precision_; }

private:
    struct Shared {
        Shared(int id, std::size_t memory_limit, int sharing) : device(id, memory_limit, sharing) {}

        Device device;
        PinnedBuffer<float> reading;
        PinnedBuffer<float> writing;
    };

    [[nodiscard]] std::span<float> downloaded(const Matrix& matrix) const;
    [[nodiscard]] std::span<float> staging(const Matrix& matrix) const;
    void upload_staging(Matrix& matrix) const;

    std::shared_ptr<Shared> shared_;
    Precision precision_;
};

static_assert(Backend<CudaBackend>);

}  // namespace alster
