#include "distributed/factor_exchange.hpp"

#include "distributed/all_gather_exchange.hpp"
#include "distributed/need_only_exchange.hpp"

namespace alster {

bool takes_need_only(ExchangeKind kind, const ExchangeVolumes& volumes)
{
    // messages of chosen rows are packed, and sent one after another: they have to save something
    if (kind == ExchangeKind::automatic) return 4 * volumes.need_only < 3 * volumes.all_gather;
    return kind == ExchangeKind::need_only;
}

namespace {

PlannedExchange planned(const Communicator& ranks, std::unique_ptr<FactorExchange> exchange,
                        const ExchangeVolumes& volumes)
{
    const auto [all, first_stage] = exchange->received();
    return {std::move(exchange), volumes, {ranks.sum(all), ranks.sum(first_stage)}};
}

}  // namespace

PlannedExchange plan_exchange(const Communicator& ranks, const RowPartition& partition, NamedRows stages,
                              const ExchangeOptions& options)
{
    if (ranks.size() == 1) return planned(ranks, std::make_unique<AllGatherExchange>(ranks, partition, options), {});
    const NeededRows needed(partition.rows(), stages);
    const RowRange own = partition.of(ranks.rank());
    const Row own_needed = needed.place(own.last) - needed.place(own.first);
    const ExchangeVolumes volumes{ranks.sum(partition.rows() - own.size()), ranks.sum(needed.count() - own_needed)};
    if (!takes_need_only(options.kind, volumes))
        return planned(ranks, std::make_unique<AllGatherExchange>(ranks, partition, options), volumes);
    const StagedSlots slots(needed, partition, stages);
    for (const auto columns : stages)
        for (Column& column : columns) column = static_cast<Column>(slots.slot(column));
    return planned(ranks, std::make_unique<NeedOnlyExchange>(ranks, partition, slots, options), volumes);
}

}  // namespace alster
