#pragma once
#include <memory>
#include <span>

#include "data/interactions.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// How the rows of one side come to the ranks that solve the other side with them. The plan is made once, from what
/// each rank's interactions name.
class FactorExchange {
public:
    virtual ~FactorExchange() = default;

    /// Rows of this rank's table.
    [[nodiscard]] virtual Row table_rows() const = 0;

    /// True where the table is this rank's own factors, so that nothing moves.
    [[nodiscard]] virtual bool trivial() const = 0;

    /// Fills `table` (table_rows, width) from every rank's own rows (own rows, width). Collective.
    virtual void gather(std::span<const float> mine, std::span<float> table, Row width) const = 0;

    /// Bytes that this rank receives each time.
    [[nodiscard]] virtual std::int64_t received_bytes(Row width) const = 0;
};

/// Plans the exchange of the side that `partition` shares out. `columns` are the rows of it that this rank's
/// interactions name; they are rewritten to rows of the table. Collective.
///
/// The one plan there is brings every row to every rank: right for a side that is small, or of which nearly all is
/// needed.
[[nodiscard]] std::unique_ptr<FactorExchange> plan_exchange(const Communicator& ranks, const RowPartition& partition,
                                                            std::span<Column> columns);

}  // namespace alster
