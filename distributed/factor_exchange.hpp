#pragma once
#include <memory>
#include <span>
#include <string>

#include "data/interactions.hpp"
#include "data/row_buffers.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// How the rows of one side come to the ranks that solve the other side with them. The plan is made once, from what
/// each rank's interactions name.
class FactorExchange {
public:
    virtual ~FactorExchange() = default;

    [[nodiscard]] virtual const char* name() const = 0;

    /// Rows of this rank's table.
    [[nodiscard]] virtual Row table_rows() const = 0;

    /// True where the table is this rank's own factors, so that nothing moves.
    [[nodiscard]] virtual bool trivial() const { return false; }

    /// True where it brings only the rows that this rank's interactions name.
    [[nodiscard]] virtual bool by_need() const { return false; }

    /// Floats of RowBuffers::staging that gather needs.
    [[nodiscard]] virtual std::size_t staging(Row /*width*/) const { return 0; }

    /// Fills the table from every rank's own rows. Collective.
    virtual void gather(const RowBuffers& rows, Row width) const = 0;

    /// Rows that this rank receives each time.
    [[nodiscard]] virtual Row received_rows() const = 0;
};

enum class ExchangeKind {
    automatic,   // need_only where it moves less than three quarters of what all_gather moves, on all ranks together
    all_gather,  // every row to every rank, in one collective call
    need_only    // to each rank the rows that its interactions name
};

/// What an exchange was chosen from: rows that all ranks together receive in a half-step.
struct ExchangeVolumes {
    Row all_gather = 0;
    Row need_only = 0;
};

/// What plan_exchange takes on several ranks.
[[nodiscard]] bool takes_need_only(ExchangeKind kind, const ExchangeVolumes& volumes);

struct PlannedExchange {
    std::unique_ptr<FactorExchange> exchange;
    ExchangeVolumes volumes;
};

/// Plans the exchange of the side that `partition` shares out. `columns` are the rows of it that this rank's
/// interactions name, in several lists; they are rewritten to rows of the table, in the same order. Collective.
[[nodiscard]] PlannedExchange plan_exchange(const Communicator& ranks, const RowPartition& partition,
                                            const std::vector<std::span<Column>>& columns,
                                            ExchangeKind kind = ExchangeKind::automatic);

}  // namespace alster
