#include "distributed/parallel_file_access.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>

#include "data/dataset_file.hpp"
#include "data/value_rules.hpp"
#include "distributed/row_partition.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/sample_files.hpp"
#include "tests/support/shared_directory.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::exit_code_of;
using test::expect_same_datasets;
using test::message_of;
using testing::HasSubstr;

class ParallelFile : public test::SharedDirectoryTest {
protected:
    [[nodiscard]] RowRange mine(Row rows, Row chunk) const
    {
        return RowPartition::even(rows, chunk, ranks.size()).of(ranks.rank());
    }

    ParallelFileAccess access{ranks};
};

TEST_F(ParallelFile, TheModelIsTheSameForAnyNumberOfRanks)
{
    for (const Row chunk : {1, 64}) {
        const test::SampleModel model(130, 70, 5);
        if (ranks.leads()) model.write(at("one.h5"), serial_access(), {0, 130}, {0, 70});
        model.write(at("all.h5"), access, mine(130, chunk), mine(70, chunk));

        const ModelReader reader(at("all.h5"), access);
        reader.file().verify();
        expect_same_datasets(Hdf5File::open(at("one.h5")), reader.file());
        const auto rows = mine(130, 1);
        EXPECT_EQ(model.factors(Side::users, rows), reader.factors(Side::users, rows));
        EXPECT_FALSE(test::has_temporary_files(at("m.h5").parent_path()));
        ranks.barrier();
    }
}

/// The others wait for its checksum otherwise.
TEST_F(ParallelFile, ARankThatCannotReadItsShareEndsTheCheckOnAll)
{
    if (ranks.leads()) test::write_sample_dataset(at("d.h5"));
    ranks.barrier();
    const Hdf5File file = Hdf5File::open(at("d.h5"), access, Verify::nothing);
    ValueRule rule = within<float>(-1e9F, 1e9F, "must be small");
    rule.first_broken = [&](auto) -> Offset {
        if (ranks.rank() == ranks.size() - 1) throw Error(ExitCode::io, "the disk has gone");
        return -1;
    };
    const std::string message = message_of([&] { file.verify({{"/train/by_user/values", rule}}); });
    EXPECT_THAT(message, HasSubstr(ranks.rank() == ranks.size() - 1
                                       ? std::string("the disk has gone")
                                       : fmt::format("cannot be read by rank {}", ranks.size() - 1)));
    EXPECT_EQ(ranks.size(), ranks.sum(std::int64_t{1}));  // all are in step
}

TEST_F(ParallelFile, RanksReadTheirRowsOfADataset)
{
    if (ranks.leads()) test::write_sample_dataset(at("d.h5"));
    ranks.barrier();
    const DatasetReader reader(at("d.h5"), access);
    const auto whole = test::sample_by_user();
    const auto range = mine(5, 2);
    const auto rows = reader.interactions(Part::train, Side::users, range);

    ASSERT_EQ(range.size(), rows.rows());
    for (Row r = 0; r < rows.rows(); ++r)
        EXPECT_TRUE(std::ranges::equal(whole.columns_of(range.first + r), rows.columns_of(r)));
    // every rank everything
    EXPECT_EQ(whole.values, reader.interactions(Part::train, Side::users, {0, 5}).values);
    EXPECT_EQ(test::sample_user_ids().texts.bytes, reader.ids(Side::users, {0, 5}).texts.bytes);
}

TEST_F(ParallelFile, EveryRankHearsOfAFlipInTheRowsOfOne)
{
    const test::SampleModel model(64, 3, 4);
    model.write(at("m.h5"), access, mine(64, 1), mine(3, 1));
    if (ranks.leads()) {
        std::fstream file(at("m.h5"), std::ios::in | std::ios::out | std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        const auto factors = model.factors(Side::users, {0, 64});
        const auto pattern = std::as_bytes(std::span(factors));
        const auto found = bytes.find(std::string(reinterpret_cast<const char*>(pattern.data()), pattern.size()));
        ASSERT_NE(std::string::npos, found);
        file.seekp(static_cast<std::streamoff>(found + pattern.size() - 1));
        file.put('\x11');
    }
    ranks.barrier();

    EXPECT_THAT(message_of([&] { const ModelReader reader(at("m.h5"), access); }),
                HasSubstr("/users/factors does not match"));
}

TEST_F(ParallelFile, AFailureToCreateIsEveryRanksFailure)
{
    const test::SampleModel model(4, 4, 2);
    const auto work = [&] { model.write(at("absent/m.h5"), access, mine(4, 1), mine(4, 1)); };
    EXPECT_EQ(ExitCode::cannot_create, exit_code_of(work));
}

TEST_F(ParallelFile, TooLittleRoomIsEveryRanksFailureAndLeavesNothing)
{
    const auto work = [&] {
        auto file = Hdf5File::create(at("m.h5"), access);
        file.make_rows<float>("d", Row{1} << 50);
    };
    EXPECT_EQ(ExitCode::io, exit_code_of(work));
    ranks.barrier();
    EXPECT_FALSE(test::has_temporary_files(at("m.h5").parent_path()));
}

TEST_F(ParallelFile, RanksThatDisagreeAboutAnAttributeAreStopped)
{
    if (ranks.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
    const auto work = [&] {
        auto file = Hdf5File::create(at("m.h5"), access);
        file.set_attribute("/", "rank", static_cast<std::int64_t>(ranks.rank()));
    };
    EXPECT_EQ(ExitCode::internal, exit_code_of(work));
}

TEST_F(ParallelFile, AFileThatIsNotCommittedIsRemoved)
{
    {
        auto file = Hdf5File::create(at("m.h5"), access);
    }
    ranks.barrier();
    EXPECT_FALSE(test::has_temporary_files(at("m.h5").parent_path()));
}

}  // namespace
}  // namespace alster
