#pragma once
#include "distributed/factor_exchange.hpp"

namespace alster {

/// Every row to every rank: right for a side that is small, or of which nearly all is needed. Row r is row r of the
/// table. One stage, in collective calls for a slice of every rank's rows each: a backend copies one while the next is
/// on its way.
class AllGatherExchange final : public FactorExchange {
public:
    AllGatherExchange(const Communicator& ranks, const RowPartition& partition, const ExchangeOptions& options);

    [[nodiscard]] const char* name() const override { return "all-gather"; }
    [[nodiscard]] Row table_rows() const override { return partition_.rows(); }
    [[nodiscard]] bool trivial() const override { return ranks_.size() == 1 && options().wire == Wire::fp32; }
    [[nodiscard]] std::size_t staging(Row width) const override;
    void gather(const RowBuffers& rows, Row width, const StagesArrived& arrived) const override;
    [[nodiscard]] ReceivedRows received() const override;

private:
    /// How many slices the table comes in, the same number on all ranks.
    [[nodiscard]] Row slices(Row width) const;

    /// The rows of a rank that one slice holds.
    [[nodiscard]] RowRange part_of(int rank, Row slice, Row slices) const;

    void gather_slice(std::span<const std::byte> mine, const RowBuffers& rows, Row width,
                      std::span<const RowRange> of_ranks) const;
    void require_intact_parts(std::span<const std::byte> mine, std::span<const std::span<std::byte>> parts,
                              std::span<const RowRange> of_ranks) const;

    const Communicator& ranks_;
    RowPartition partition_;
};

}  // namespace alster
