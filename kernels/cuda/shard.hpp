#pragma once
#include <memory>

#include "kernels/backend.hpp"
#include "kernels/cuda/device.hpp"
#include "kernels/cuda/row_launch.hpp"
#include "kernels/cuda/row_plan.hpp"
#include "kernels/cuda/row_shape.hpp"

namespace alster {

/// Interactions on the device: all of a shard's, or those of one batch.
struct EntryBuffers {
    DeviceBuffer<Column> columns;
    DeviceBuffer<float> confidences;  // empty where all are 1
    DeviceBuffer<float> preferences;
    Event free;      // the batch before was solved
    Event uploaded;  // this one has arrived
};

/// The device memory of a shard.
struct ShardMemory {
    std::vector<PinnedRegistration> pinned;
    DeviceBuffer<Offset> offsets;
    std::vector<EntryBuffers> entries;  // one, or two that take turns
    DeviceBuffer<Row> order;
    DeviceBuffer<Chunk> chunks;
    DeviceBuffer<std::int64_t> first_chunk_of;
    int slots = 0;                         // blocks that solve large systems at a time
    std::size_t workspace_slot = 0;        // floats of a large system
    DeviceBuffer<float> workspace;         // (slots, workspace_slot)
    std::size_t chunk_slot = 0;            // floats of a chunk's triangle
    DeviceBuffer<float> chunk_triangles;   // (most chunks, chunk_slot)
    DeviceBuffer<float> chunk_right;       // (most chunks, width padded to tiles)
    DeviceBuffer<std::uint16_t> rounded;   // (table rows that are named, width): the fixed table in bf16
    DeviceBuffer<float> base;              // (width)
    DeviceBuffer<Ticket> tickets;          // one for each launch
    DeviceBuffer<double> chunk_residuals;  // (all chunks)
    DeviceBuffer<double> residuals;        // (rows), and so the next two
    DeviceBuffer<double> penalties;
    DeviceBuffer<std::uint8_t> failed;
    DeviceBuffer<Column> retried_columns;  // a piece of a row that is solved in fp64,
    DeviceBuffer<float> retried;           // (…, width) and its neighbours
};

/// How a rank uses its GPU.
struct CudaOptions {
    Precision precision = Precision::tf32x3;
    std::size_t memory_limit = 0;   // bytes of the GPU that it may take; 0: its share of what is free
    int sharing = 1;                // ranks that use the GPU
    bool mpi_reads_device = false;  // MPI may be given device memory: the host has tried it
    Offset entries_per_chunk = alster::entries_per_chunk;  // another value gives long rows other last bits
};

/// A rank's interactions of one side, the plan by which their rows are solved, and the memory that takes. The vectors
/// of `interactions` may not be touched any more: batches are copied from them.
struct CudaShard {
    CudaShard() = default;
    explicit CudaShard(Interactions all) : interactions(std::move(all)), memory(std::make_unique<ShardMemory>()) {}
    ~CudaShard() = default;
    CudaShard(CudaShard&&) noexcept = default;
    /// What was there goes as in a destructor, the last member first: interactions are unlocked before they are freed.
    CudaShard& operator=(CudaShard&& other) noexcept
    {
        std::swap(interactions, other.interactions);
        std::swap(plan, other.plan);
        std::swap(resident, other.resident);
        std::swap(memory, other.memory);
        return *this;
    }

    Interactions interactions;
    RowPlan plan;
    bool resident = true;  // all interactions stay on the device; else batches pass through memory->entries
    std::unique_ptr<ShardMemory> memory;

    [[nodiscard]] Row rows() const { return interactions.rows(); }
};

/// Plans the shard and takes its memory, all of it before anything is computed. Interactions stay on the device where
/// they take up to half of what is left, else they are streamed from page-locked host memory in two batches by turns.
/// Throws out_of_memory (13) with the figures where even that does not fit.
[[nodiscard]] CudaShard load_shard(Interactions interactions, Row width, const CudaOptions& options, Device& device);

/// Puts a batch's interactions on their way to `entries`, whose earlier batch must have been solved.
void upload_batch(const Interactions& all, RowRange rows, EntryBuffers& entries, const Device& device);

}  // namespace alster
