#include "distributed/factor_exchange.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <thread>

#include "distributed/seal.hpp"
#include "distributed/staged_slots.hpp"
#include "kernels/host_row_buffers.hpp"
#include "tests/support/expect_error.hpp"

namespace alster {
namespace {

constexpr Row chunk = 4;

/// The rows of a side, as every rank could compute them: element (r, a) is 1000 r + a.
std::vector<float> rows_of(RowRange range, Row width)
{
    std::vector<float> rows;
    for (Row r = range.first; r < range.last; ++r)
        for (Row a = 0; a < width; ++a) rows.push_back(static_cast<float>(1000 * r + a));
    return rows;
}

/// What this rank names: each row with a probability of `share`, twice or thrice, in ascending order.
std::vector<Column> named_by(const Communicator& ranks, Row rows, double share)
{
    std::mt19937 random(static_cast<unsigned>(ranks.rank() + 1));
    std::bernoulli_distribution chosen(share);
    std::vector<Column> named;
    for (int time = 0; time < 3; ++time)
        for (Row r = 0; r < rows; ++r)
            if (chosen(random)) named.push_back(static_cast<Column>(r));
    return named;
}

/// What this rank's interactions name, in as many spans as its number counted from 1: ranks differ in that. The first
/// is empty where there are several.
std::vector<std::span<Column>> spans_of(std::vector<Column>& columns, const Communicator& ranks)
{
    const std::size_t cuts = ranks.rank();
    std::vector<std::span<Column>> spans;
    std::size_t first = 0;
    for (std::size_t n = 0; n <= cuts; ++n) {
        const std::size_t last = cuts == 0 ? columns.size() : columns.size() * n / cuts;
        spans.push_back(std::span(columns).subspan(first, last - first));
        first = last;
    }
    return spans;
}

/// One exchange of a side of `rows` rows, of which this rank names each with a probability of `share`.
class Exchanged {
public:
    Exchanged(Row rows, Row width, double share, const ExchangeOptions& options)
        : width_(width), options_(options), named_(named_by(ranks_, rows, share)), columns_(named_)
    {
        const auto partition = RowPartition::even(rows, chunk, ranks_.size());
        own_ = partition.of(ranks_.rank());
        const auto spans = spans_of(columns_, ranks_);
        for (const auto& span : spans) ends_.push_back(span.data() + span.size() - columns_.data());
        plan_ = plan_exchange(ranks_, partition, spans, options);
    }

    void gather()
    {
        const auto mine = rows_of(own_, width_);
        table_.assign(plan_.exchange->table_rows() * width_, -1);
        std::vector<float> staging(plan_.exchange->staging(width_));
        std::vector<int> came(plan_.exchange->table_rows());
        auto buffers = host_row_buffers(mine, table_, staging, width_);
        buffers.arrived = [&](RowRange part) {
            for (Row slot = part.first; slot < part.last; ++slot) ++came[slot];
        };
        plan_.exchange->gather(buffers, width_, [&](int stage) { expect_rows_of_stages_to(stage, came); });
        EXPECT_EQ(std::vector<int>(came.size(), 1), came);
        EXPECT_EQ(plan_.exchange->stages() - 1, last_stage_);
    }

    /// What is announced is there, is right, and stays so: each stage looks at all before it.
    void expect_rows_of_stages_to(int stage, const std::vector<int>& came)
    {
        EXPECT_LT(last_stage_, stage);
        last_stage_ = stage;
        const bool last = stage == plan_.exchange->stages() - 1;
        const Offset end =
            last || ends_.empty() ? std::ssize(named_) : ends_[std::min<Row>(stage, std::ssize(ends_) - 1)];
        for (Offset n = 0; n < end; ++n) {
            ASSERT_EQ(1, came[columns_[n]]);
            auto row = rows_of({named_[n], named_[n] + 1}, width_);
            round_as_on(options_.wire, row);
            EXPECT_TRUE(std::equal(row.begin(), row.end(), table_.begin() + columns_[n] * width_))
                << "row " << named_[n];
        }
    }

    /// Rows of other ranks among those that are named up to `end`.
    [[nodiscard]] Row foreign(Offset end) const
    {
        const std::set<Column> distinct(named_.begin(), named_.begin() + end);
        return std::ranges::count_if(distinct, [&](Column r) { return r < own_.first || r >= own_.last; });
    }

    void expect_each_needed_row_once() const
    {
        EXPECT_EQ(std::ssize(std::set(named_.begin(), named_.end())), plan_.exchange->table_rows());
        const ReceivedRows received = plan_.exchange->received();
        EXPECT_EQ(foreign(std::ssize(named_)), received.all);
        EXPECT_EQ(foreign(ends_[0]), received.first_stage);
        EXPECT_EQ(plan_.volumes.need_only, plan_.received.all);
        EXPECT_EQ(ranks_.sum(received.first_stage), plan_.received.first_stage);
    }

    [[nodiscard]] std::string plan() const { return plan_.exchange->name(); }

private:
    Communicator ranks_;
    Row width_;
    ExchangeOptions options_;
    std::vector<Column> named_;
    std::vector<Column> columns_;
    std::vector<Offset> ends_;  // of the stages, among the columns
    RowRange own_;
    PlannedExchange plan_;
    std::vector<float> table_;
    int last_stage_ = -1;
};

/// Gathers and compares every row that this rank named with what it should be; returns the plan's name.
std::string check_exchange(Row rows, Row width, double share, const ExchangeOptions& options)
{
    Exchanged exchanged(rows, width, share, options);
    exchanged.gather();
    if (exchanged.plan() == "need-only") exchanged.expect_each_needed_row_once();
    return exchanged.plan();
}

TEST(FactorExchange, BringsTheRowsThatARankNames)
{
    for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only})
        for (const auto wire : {Wire::fp32, Wire::bf16})
            for (const bool checked : {false, true})
                for (const Row rows : {1, 5, 64, 203})
                    for (const double share : {0.0, 0.1, 1.0}) check_exchange(rows, 3, share, {kind, wire, checked});
}

TEST(FactorExchange, SendsInSegmentsWhereThereIsMuch)
{
    // a row of 512 KiB: 16 of them make a segment
    check_exchange(90, 131'072, 0.6, {ExchangeKind::need_only});
    check_exchange(60, 131'072, 0.6, {ExchangeKind::need_only, Wire::bf16, true});
}

TEST(FactorExchange, AnAllGatherArrivesInSlicesThatAreFinal)
{
    // a row of 512 KiB: a rank sends eight at a time; of five rows and three ranks one has none
    const Communicator ranks;
    const Row width = 131'072;
    for (const auto& options : {ExchangeOptions{ExchangeKind::all_gather},
                                {.kind = ExchangeKind::all_gather, .wire = Wire::bf16, .checked = true}})
        for (const Row rows : {5, 75}) {
            const auto partition = RowPartition::even(rows, chunk, ranks.size());
            const auto mine = rows_of(partition.of(ranks.rank()), width);
            const auto exchange = plan_exchange(ranks, partition, {}, options).exchange;
            std::vector<float> table(rows * width, -1);
            std::vector<float> staging(exchange->staging(width));
            std::vector<int> came(rows);
            auto buffers = host_row_buffers(mine, table, staging, width);
            buffers.arrived = [&](RowRange part) {
                EXPECT_LE(part.size(), options.wire == Wire::bf16 ? 16 : 8);
                auto expected = rows_of(part, width);
                round_as_on(options.wire, expected);
                EXPECT_TRUE(std::ranges::equal(expected, std::span(table).subspan(part.first * width, expected.size())))
                    << "rows " << part.first << " to " << part.last;
                for (Row r = part.first; r < part.last; ++r) ++came[r];
            };
            exchange->gather(buffers, width, [&](int) { EXPECT_EQ(std::vector<int>(rows, 1), came); });
        }
}

TEST(FactorExchange, ChoosesWhatMovesLess)
{
    if (Communicator().size() == 1) GTEST_SKIP() << "nothing moves on one rank";
    EXPECT_EQ("need-only", check_exchange(400, 2, 0.05, {}));
    EXPECT_EQ("all-gather", check_exchange(400, 2, 0.9, {}));
}

TEST(FactorExchange, RunsInAThreadOfItsOwn)
{
    ASSERT_TRUE(Communicator().takes_threads());
    Exchanged exchanged(203, 7, 0.3, {ExchangeKind::need_only});
    std::thread([&] { exchanged.gather(); }).join();
}

TEST(FactorExchange, HalvesTheBytesInBf16)
{
    const Communicator ranks;
    const auto partition = RowPartition::even(9, chunk, ranks.size());
    for (const Row width : {1, 128}) {
        const auto plain = plan_exchange(ranks, partition, {}, {}).exchange;
        const auto rounded = plan_exchange(ranks, partition, {}, {.wire = Wire::bf16}).exchange;
        EXPECT_EQ(plain->bytes_of_row(width), 2 * rounded->bytes_of_row(width));
    }
}

TEST(Wire, RoundsToTheNearestAndTiesToEven)
{
    const float step = 0x1p-7F;  // between bf16 numbers from 1 to 2
    for (const auto& [value, rounded] : {std::pair{1 + step / 2, 1.0F},
                                         {1 + 3 * step / 2, 1 + 2 * step},
                                         {1 + 0.51F * step, 1 + step},
                                         {-1 - 0.49F * step, -1.0F},
                                         {2 - step / 2, 2.0F},
                                         {0.0F, 0.0F},
                                         {0x1p-140F, 0.0F}}) {
        std::vector<float> one{value};
        round_as_on(Wire::bf16, one);
        EXPECT_EQ(rounded, one[0]) << value;
    }
    std::vector<float> none{std::nanf("")};
    round_as_on(Wire::bf16, none);
    EXPECT_TRUE(std::isnan(none[0]));
}

TEST(Wire, WhatArrivesInPlaceIsWhatWasSent)
{
    for (const std::size_t count : {0, 1, 2, 1023, 1024, 1025, 5000})  // blocks of 1024 are converted at a time
        for (const auto wire : {Wire::fp32, Wire::bf16}) {
            std::vector<float> sent(count);
            for (std::size_t k = 0; k < count; ++k) sent[k] = std::sqrt(static_cast<float>(k));
            auto expected = sent;
            round_as_on(wire, expected);

            std::vector<float> table(count, -1);
            std::ranges::copy(to_wire(wire, sent, sent), received_at(wire, table).begin());
            from_wire(wire, table);

            EXPECT_EQ(expected, table) << count;
        }
}

TEST(Seal, ADamagedByteIsMetWithTheNamesOfBothRanksAndTheRows)
{
    std::vector<std::byte> rows(1000, std::byte{7});
    const Seal seal = sealed(rows, 128, 191);
    require_intact(rows, seal, 3, 5);
    for (const std::size_t where : {0, 500, 999}) {
        rows[where] ^= std::byte{16};
        const auto check = [&] { require_intact(rows, seal, 3, 5); };
        EXPECT_EQ(ExitCode::io, test::exit_code_of(check));
        EXPECT_THAT(test::message_of(check),
                    testing::HasSubstr("rows 128 to 191 were damaged on their way from rank 3 to rank 5"));
        rows[where] ^= std::byte{16};
    }
}

TEST(NeededRows, PlacesCountTheRowsBelow)
{
    std::vector<Column> named{130, 0, 63, 64, 64, 199};
    const NeededRows needed(200, std::vector<std::span<Column>>{named});
    EXPECT_EQ(5, needed.count());
    for (const auto& [row, place] : {std::pair<Row, Row>{0, 0}, {63, 1}, {64, 2}, {130, 3}, {199, 4}, {200, 5}})
        EXPECT_EQ(place, needed.place(row)) << row;
    EXPECT_EQ((std::vector<Column>{3, 4, 70}), needed.in({60, 199}));
    EXPECT_EQ(0, NeededRows(0, {}).count());
}

TEST(StagedSlots, ARowComesWithTheFirstStageThatNamesIt)
{
    std::vector<Column> first{5, 1};
    std::vector<Column> second{0, 5, 7, 2};
    const std::vector<std::span<Column>> stages{first, second};
    const RowPartition owners = RowPartition::even(8, 4, 2);
    const NeededRows needed(8, stages);
    const StagedSlots slots(needed, owners, stages);

    Row slot = 0;
    for (const Row row : {1, 5, 0, 2, 7}) EXPECT_EQ(slot++, slots.slot(row)) << row;
    EXPECT_EQ((std::vector<Row>{0, 1, 2, 4, 5}), slots.first_slots());
    EXPECT_EQ((std::vector<Column>{1, 0, 2}), slots.rows_of(0));
    EXPECT_EQ((std::vector<Column>{1, 2}), slots.counts_of(0));
    EXPECT_EQ((std::vector<Column>{1, 3}), slots.rows_of(1));
    EXPECT_EQ((std::vector<Column>{1, 1}), slots.counts_of(1));
}

}  // namespace
}  // namespace alster
