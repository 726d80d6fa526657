#include "distributed/factor_exchange.hpp"

#include <algorithm>

#include "distributed/all_gather_exchange.hpp"
#include "distributed/need_only_exchange.hpp"

namespace alster {

bool takes_need_only(ExchangeKind kind, const ExchangeVolumes& volumes)
{
    // messages of chosen rows are packed, and sent one after another: they have to save something
    if (kind == ExchangeKind::automatic) return 4 * volumes.need_only < 3 * volumes.all_gather;
    return kind == ExchangeKind::need_only;
}

PlannedExchange plan_exchange(const Communicator& ranks, const RowPartition& partition,
                              const std::vector<std::span<Column>>& columns, ExchangeKind kind)
{
    if (ranks.size() == 1) return {std::make_unique<AllGatherExchange>(ranks, partition), {}};
    const NeededRows needed(partition.rows(), columns);
    const RowRange own = partition.of(ranks.rank());
    const Row own_needed = needed.slot(own.last) - needed.slot(own.first);
    const ExchangeVolumes volumes{ranks.sum(partition.rows() - own.size()), ranks.sum(needed.count() - own_needed)};
    if (!takes_need_only(kind, volumes)) return {std::make_unique<AllGatherExchange>(ranks, partition), volumes};
    for (const auto& list : columns)
        std::ranges::transform(list, list.begin(), [&](Column row) { return static_cast<Column>(needed.slot(row)); });
    return {std::make_unique<NeedOnlyExchange>(ranks, partition, needed), volumes};
}

}  // namespace alster
