#pragma once
#include <vector>

#include "distributed/factor_exchange.hpp"
#include "distributed/needed_rows.hpp"

namespace alster {

/// To each rank the rows that its interactions name, each of them once. The ranks tell each other at the start which
/// those are; a rank's table holds them in ascending order. In step s a rank sends to the one s places after it and
/// receives from the one s places before it, in segments, so that one is packed while another is on its way.
class NeedOnlyExchange final : public FactorExchange {
public:
    /// Collective.
    NeedOnlyExchange(const Communicator& ranks, const RowPartition& partition, const NeededRows& needed);

    [[nodiscard]] const char* name() const override { return "need-only"; }
    [[nodiscard]] Row table_rows() const override { return first_slot_.back(); }
    [[nodiscard]] bool by_need() const override { return true; }
    [[nodiscard]] std::size_t staging(Row width) const override;
    void gather(const RowBuffers& rows, Row width) const override;
    [[nodiscard]] Row received_rows() const override;

private:
    /// A message each way; either may be empty.
    struct Step {
        int to;
        std::span<const Column> rows;  // of mine
        int from;
        RowRange slots;
    };

    [[nodiscard]] std::vector<Step> steps(Row width) const;
    [[nodiscard]] RowRange slots_of(int rank) const { return {first_slot_[rank], first_slot_[rank + 1]}; }

    const Communicator& ranks_;
    std::vector<std::vector<Column>> rows_for_;  // (ranks) own rows that each rank needs, my own needs included
    std::vector<Row> first_slot_;                // (ranks + 1) where each rank's rows lie in the table
};

}  // namespace alster
