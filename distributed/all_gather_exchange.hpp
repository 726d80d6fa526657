#pragma once
#include "distributed/factor_exchange.hpp"

namespace alster {

/// Every row to every rank: right for a side that is small, or of which nearly all is needed. Row r is row r of the
/// table. One collective call, one stage.
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
    void require_intact_blocks(std::span<const std::byte> mine, std::span<const std::byte> all, Row row_bytes) const;

    const Communicator& ranks_;
    RowPartition partition_;
};

}  // namespace alster
