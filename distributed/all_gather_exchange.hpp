#pragma once
#include "distributed/factor_exchange.hpp"

namespace alster {

/// Every row to every rank: right for a side that is small, or of which nearly all is needed. Row r is row r of the
/// table.
class AllGatherExchange final : public FactorExchange {
public:
    AllGatherExchange(const Communicator& ranks, const RowPartition& partition);

    [[nodiscard]] const char* name() const override { return "all-gather"; }
    [[nodiscard]] Row table_rows() const override { return rows_; }
    [[nodiscard]] bool trivial() const override { return ranks_.size() == 1; }
    void gather(const RowBuffers& rows, Row width) const override;
    [[nodiscard]] Row received_rows() const override { return rows_ - rows_of_[ranks_.rank()]; }

private:
    const Communicator& ranks_;
    std::vector<Row> rows_of_;
    Row rows_;
};

}  // namespace alster
