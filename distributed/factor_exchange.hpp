#pragma once
#include <functional>
#include <memory>
#include <span>

#include "data/interactions.hpp"
#include "data/row_buffers.hpp"
#include "distributed/communicator.hpp"
#include "distributed/needed_rows.hpp"
#include "distributed/row_partition.hpp"
#include "distributed/wire.hpp"

namespace alster {

enum class ExchangeKind {
    automatic,   // need_only where it moves less than three quarters of what all_gather moves, on all ranks together
    all_gather,  // every row to every rank, in collective calls
    need_only    // to each rank the rows that its interactions name
};

struct ExchangeOptions {
    ExchangeKind kind = ExchangeKind::automatic;
    Wire wire = Wire::fp32;
    bool checked = false;  // rows travel with a CRC-32; damage on the way ends the job with io (74)

    /// Whether the exchange works on the rows itself, so that they have to be in host memory.
    [[nodiscard]] bool touches_rows() const { return checked || wire != Wire::fp32; }
};

/// Rows that a rank receives in a half-step.
struct ReceivedRows {
    Row all = 0;
    Row first_stage = 0;  // of them, those without which nothing can be solved
};

/// Told that the stages up to this one have come: their rows of the table are final.
using StagesArrived = std::function<void(int stage)>;

/// How the rows of one side come to the ranks that solve the other side with them. The plan is made once, from what
/// each rank's interactions name.
class FactorExchange {
public:
    explicit FactorExchange(const ExchangeOptions& options) : options_(options) {}
    virtual ~FactorExchange() = default;
    FactorExchange(const FactorExchange&) = delete;
    FactorExchange& operator=(const FactorExchange&) = delete;

    [[nodiscard]] virtual const char* name() const = 0;

    /// Rows of this rank's table.
    [[nodiscard]] virtual Row table_rows() const = 0;

    /// True where the table is this rank's own factors, so that nothing moves.
    [[nodiscard]] virtual bool trivial() const { return false; }

    /// True where it brings only the rows that this rank's interactions name.
    [[nodiscard]] virtual bool by_need() const { return false; }

    /// The table comes in so many stages, the same number on all ranks.
    [[nodiscard]] virtual int stages() const { return 1; }

    /// Floats of RowBuffers::staging that gather needs.
    [[nodiscard]] virtual std::size_t staging(Row width) const = 0;

    /// Fills the table from every rank's own rows. `arrived` is called for the last stage at least. Collective; it may
    /// run beside other work where Communicator::takes_threads() and that work leaves MPI alone.
    virtual void gather(const RowBuffers& rows, Row width, const StagesArrived& arrived) const = 0;

    [[nodiscard]] virtual ReceivedRows received() const = 0;

    /// From now on rows travel so.
    void travel_as(Wire wire) { options_.wire = wire; }

    /// Of a row on its way.
    [[nodiscard]] Row bytes_of_row(Row width) const { return row_bytes(options_.wire, width); }

protected:
    [[nodiscard]] const ExchangeOptions& options() const { return options_; }

private:
    ExchangeOptions options_;
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
    ReceivedRows received;  // by all ranks together
};

/// Plans the exchange of the side that `partition` shares out. `stages` are the rows of it that this rank's
/// interactions name, in spans: a row comes with the first span that names it. They are rewritten to rows of the table,
/// in the same order. Ranks may have different numbers of spans, up to 254. Collective.
[[nodiscard]] PlannedExchange plan_exchange(const Communicator& ranks, const RowPartition& partition, NamedRows stages,
                                            const ExchangeOptions& options);

}  // namespace alster
