#include "distributed/need_only_exchange.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace alster {

namespace {

constexpr Row segment_bytes = Row{8} << 20;

Row segment_rows(Row width) { return std::max<Row>(1, segment_bytes / (width * static_cast<Row>(sizeof(float)))); }

std::span<float> part(std::span<float> table, RowRange rows, Row width)
{
    return table.subspan(rows.first * width, rows.size() * width);
}

}  // namespace

NeedOnlyExchange::NeedOnlyExchange(const Communicator& ranks, const RowPartition& partition, const NeededRows& needed)
    : ranks_(ranks)
{
    std::vector<std::vector<Column>> wanted;
    for (int rank = 0; rank < ranks.size(); ++rank) {
        wanted.push_back(needed.in(partition.of(rank)));
        first_slot_.push_back(needed.slot(partition.of(rank).first));
    }
    first_slot_.push_back(needed.count());
    rows_for_ = ranks.all_to_all(wanted);
}

std::size_t NeedOnlyExchange::staging(Row width) const
{
    Row most = 0;
    for (int rank = 0; rank < ranks_.size(); ++rank)
        if (rank != ranks_.rank()) most = std::max(most, static_cast<Row>(rows_for_[rank].size()));
    return static_cast<std::size_t>(2 * std::min(most, segment_rows(width)) * width);
}

std::vector<NeedOnlyExchange::Step> NeedOnlyExchange::steps(Row width) const
{
    const Row segment = segment_rows(width);
    const int size = ranks_.size();
    std::vector<Step> all;
    for (int distance = 1; distance < size; ++distance) {
        const int to = (ranks_.rank() + distance) % size;
        const int from = (ranks_.rank() + size - distance) % size;
        const std::span<const Column> out = rows_for_[to];
        const RowRange in = slots_of(from);
        for (Row first = 0; first < std::max<Row>(std::ssize(out), in.size()); first += segment) {
            const Row begin = std::min<Row>(first, std::ssize(out));
            all.push_back({to,
                           out.subspan(begin, std::min<Row>(segment, std::ssize(out) - begin)),
                           from,
                           {std::min(in.first + first, in.last), std::min(in.first + first + segment, in.last)}});
        }
    }
    return all;
}

void NeedOnlyExchange::gather(const RowBuffers& rows, Row width) const
{
    const RowRange own = slots_of(ranks_.rank());
    rows.pack(rows_for_[ranks_.rank()], part(rows.table, own, width));
    rows.arrived(own);

    struct OnItsWay {
        RowTransfer transfer;
        RowRange slots;
    };
    std::array<std::optional<OnItsWay>, 2> pending;  // step n uses half n % 2 of the staging memory
    const auto finish = [&](std::optional<OnItsWay>& one) {
        if (!one) return;
        one->transfer.wait();
        rows.arrived(one->slots);
        one.reset();
    };
    const auto half = static_cast<Row>(rows.staging.size()) / 2;
    const auto all = steps(width);
    for (std::size_t n = 0; n < all.size(); ++n) {
        const Step& step = all[n];
        finish(pending[n % 2]);
        const auto out = rows.staging.subspan(n % 2 * half, std::ssize(step.rows) * width);
        rows.pack(step.rows, out);
        pending[n % 2] = {ranks_.start_transfer(out, step.to, part(rows.table, step.slots, width), step.from, width),
                          step.slots};
    }
    finish(pending[all.size() % 2]);
    finish(pending[(all.size() + 1) % 2]);
}

Row NeedOnlyExchange::received_rows() const { return table_rows() - slots_of(ranks_.rank()).size(); }

}  // namespace alster
