#include "distributed/need_only_exchange.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

#include "distributed/seal.hpp"

namespace alster {

namespace {

constexpr Row segment_bytes = Row{8} << 20;

Row segment_rows(Row width) { return std::max<Row>(1, segment_bytes / (width * static_cast<Row>(sizeof(float)))); }

std::span<float> part(std::span<float> table, RowRange rows, Row width)
{
    return table.subspan(rows.first * width, rows.size() * width);
}

}  // namespace

NeedOnlyExchange::NeedOnlyExchange(const Communicator& ranks, const RowPartition& partition, const StagedSlots& slots,
                                   const ExchangeOptions& options)
    : FactorExchange(options),
      ranks_(ranks),
      first_row_(partition.of(ranks.rank()).first),
      first_slot_(slots.first_slots())
{
    std::vector<std::vector<Column>> counts;
    std::vector<std::vector<Column>> rows;
    for (int rank = 0; rank < ranks.size(); ++rank) {
        counts.push_back(slots.counts_of(rank));
        rows.push_back(slots.rows_of(rank));
    }
    stages_ = static_cast<int>(std::max<Row>(1, ranks.max(std::ssize(counts[0]))));
    first_slot_.resize(stages_ * ranks.size() + 1, first_slot_.back());  // a rank with fewer has empty ones after them
    for (const auto& of_stages : ranks.all_to_all(counts)) {
        std::vector<Row> starts(stages_ + 1);
        std::copy(of_stages.begin(), of_stages.end(), starts.begin() + 1);
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        starts_for_.push_back(std::move(starts));
    }
    rows_for_ = ranks.all_to_all(rows);
}

std::span<const Column> NeedOnlyExchange::rows_for(int rank, int stage) const
{
    const auto& starts = starts_for_[rank];
    return std::span(rows_for_[rank]).subspan(starts[stage], starts[stage + 1] - starts[stage]);
}

RowRange NeedOnlyExchange::slots_of(int stage, int rank) const
{
    const std::size_t run = stage * ranks_.size() + rank;
    return {first_slot_[run], first_slot_[run + 1]};
}

std::size_t NeedOnlyExchange::staging(Row width) const
{
    Row most = 0;
    for (int rank = 0; rank < ranks_.size(); ++rank)
        for (int stage = 0; stage < stages_ && rank != ranks_.rank(); ++stage)
            most = std::max<Row>(most, std::ssize(rows_for(rank, stage)));
    return static_cast<std::size_t>(2 * std::min(most, segment_rows(width)) * width);
}

std::vector<NeedOnlyExchange::Segment> NeedOnlyExchange::segments(int stage, Row width) const
{
    const Row segment = segment_rows(width);
    const int size = ranks_.size();
    std::vector<Segment> all;
    for (int distance = 1; distance < size; ++distance) {
        const int to = (ranks_.rank() + distance) % size;
        const int from = (ranks_.rank() + size - distance) % size;
        const auto out = rows_for(to, stage);
        const RowRange in = slots_of(stage, from);
        for (Row first = 0; first < std::max<Row>(std::ssize(out), in.size()); first += segment) {
            const Row begin = std::min<Row>(first, std::ssize(out));
            all.push_back({to,
                           out.subspan(begin, std::min<Row>(segment, std::ssize(out) - begin)),
                           from,
                           {std::min(in.first + first, in.last), std::min(in.first + first + segment, in.last)},
                           false});
        }
    }
    if (all.empty()) all.push_back({ranks_.rank(), {}, ranks_.rank(), {}, false});
    all.back().last_of_stage = true;
    return all;
}

/// Segments on their way, two at most: they take turns in the halves of the staging memory, and arrive in their order.
class NeedOnlyExchange::Passage {
public:
    Passage(const NeedOnlyExchange& exchange, const RowBuffers& rows, Row width, const StagesArrived& arrived)
        : exchange_(exchange), rows_(rows), width_(width), arrived_(arrived)
    {
    }

    void take_own(int stage)
    {
        const int self = exchange_.ranks_.rank();
        const RowRange slots = exchange_.slots_of(stage, self);
        const auto own = part(rows_.table, slots, width_);
        rows_.pack(exchange_.rows_for(self, stage), own);
        round_as_on(options().wire, own);
        rows_.arrived(slots);
    }

    void start(const Segment& segment)
    {
        auto& place = on_the_way_[next_ % 2];
        finish(place);
        const auto half = static_cast<Row>(rows_.staging.size()) / 2;
        const auto room = rows_.staging.subspan(next_++ % 2 * half, std::ssize(segment.rows) * width_);
        rows_.pack(segment.rows, room);
        const auto out = to_wire(options().wire, room, room);
        OnItsWay& one = place.emplace();
        one.segment = segment;
        one.in = received_at(options().wire, part(rows_.table, segment.slots, width_));
        one.rows =
            exchange_.ranks_.start_transfer(out, segment.to, one.in, segment.from, exchange_.bytes_of_row(width_));
        if (options().checked) start_seals(one, out);
    }

    void finish()
    {
        finish(on_the_way_[next_ % 2]);
        finish(on_the_way_[(next_ + 1) % 2]);
    }

private:
    struct OnItsWay {
        Segment segment;
        std::span<std::byte> in;
        RowTransfer rows;
        Seal sent;
        Seal received;
        RowTransfer seals;
    };

    [[nodiscard]] const ExchangeOptions& options() const { return exchange_.options(); }

    void start_seals(OnItsWay& one, std::span<const std::byte> out)
    {
        const auto& rows = one.segment.rows;
        if (!rows.empty())
            one.sent = sealed(out, exchange_.first_row_ + rows.front(), exchange_.first_row_ + rows.back());
        one.seals = exchange_.ranks_.start_transfer(
            std::as_bytes(std::span(&one.sent, rows.empty() ? 0 : 1)), one.segment.to,
            std::as_writable_bytes(std::span(&one.received, one.in.empty() ? 0 : 1)), one.segment.from, sizeof(Seal));
    }

    void finish(std::optional<OnItsWay>& place)
    {
        if (!place) return;
        OnItsWay& one = *place;
        one.rows.wait();
        one.seals.wait();
        if (options().checked && !one.in.empty())
            require_intact(one.in, one.received, one.segment.from, exchange_.ranks_.rank());
        from_wire(options().wire, part(rows_.table, one.segment.slots, width_));
        rows_.arrived(one.segment.slots);
        if (one.segment.last_of_stage) arrived_(stage_++);
        place.reset();
    }

    const NeedOnlyExchange& exchange_;
    const RowBuffers& rows_;
    Row width_;
    const StagesArrived& arrived_;
    std::array<std::optional<OnItsWay>, 2> on_the_way_;
    std::size_t next_ = 0;  // segment n travels in place n % 2
    int stage_ = 0;         // that arrives next
};

void NeedOnlyExchange::gather(const RowBuffers& rows, Row width, const StagesArrived& arrived) const
{
    Passage passage(*this, rows, width, arrived);
    for (int stage = 0; stage < stages_; ++stage) {
        passage.take_own(stage);
        for (const Segment& segment : segments(stage, width)) passage.start(segment);
    }
    passage.finish();
}

ReceivedRows NeedOnlyExchange::received() const
{
    const int self = ranks_.rank();
    Row own = 0;
    for (int stage = 0; stage < stages_; ++stage) own += slots_of(stage, self).size();
    const Row first = first_slot_[ranks_.size()];
    return {table_rows() - own, first - slots_of(0, self).size()};
}

}  // namespace alster
