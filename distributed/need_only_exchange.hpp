#pragma once
#include <vector>

#include "distributed/factor_exchange.hpp"
#include "distributed/staged_slots.hpp"

namespace alster {

/// To each rank the rows that its interactions name, each of them once, in stages: first what its first batch names,
/// then what else its second names, and so on. The ranks tell each other at the start which those are. Within a stage a
/// rank sends to the one 1, 2, … places after it and receives from the one as many before it, in segments, so that one
/// is packed while another is on its way.
class NeedOnlyExchange final : public FactorExchange {
public:
    /// Collective.
    NeedOnlyExchange(const Communicator& ranks, const RowPartition& partition, const StagedSlots& slots,
                     const ExchangeOptions& options);

    [[nodiscard]] const char* name() const override { return "need-only"; }
    [[nodiscard]] Row table_rows() const override { return first_slot_.back(); }
    [[nodiscard]] bool by_need() const override { return true; }
    [[nodiscard]] int stages() const override { return stages_; }
    [[nodiscard]] std::size_t staging(Row width) const override;
    void gather(const RowBuffers& rows, Row width, const StagesArrived& arrived) const override;
    [[nodiscard]] ReceivedRows received() const override;

private:
    /// A message each way; either may be empty.
    struct Segment {
        int to;
        std::span<const Column> rows;  // of mine
        int from;
        RowRange slots;
        bool last_of_stage;
    };
    class Passage;

    /// At least one.
    [[nodiscard]] std::vector<Segment> segments(int stage, Row width) const;

    /// This rank's rows that `rank` gets in a stage.
    [[nodiscard]] std::span<const Column> rows_for(int rank, int stage) const;
    [[nodiscard]] RowRange slots_of(int stage, int rank) const;

    const Communicator& ranks_;
    Row first_row_;
    int stages_;
    std::vector<std::vector<Column>> rows_for_;  // (ranks) what each rank needs, stage by stage, my own needs included
    std::vector<std::vector<Row>> starts_for_;   // (ranks, stages + 1) where the stages begin in those lists
    std::vector<Row> first_slot_;                // (stages · ranks + 1) where rows of each rank lie in the table
};

}  // namespace alster
