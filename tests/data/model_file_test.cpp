#include "data/model_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/real_data.hpp"
#include "tests/support/sample_files.hpp"

namespace alster {
namespace {

using test::TemporaryDirectory;

void expect_side(const test::SampleModel& model, const ModelReader& reader, Side side)
{
    const RowRange all{0, reader.rows(side)};
    EXPECT_EQ(model.factors(side, all), reader.factors(side, all));
    EXPECT_EQ(model.ids(side, all).numbers, reader.ids(side, all).numbers);
    EXPECT_EQ(model.ids(side, all).texts.bytes, reader.ids(side, all).texts.bytes);
    EXPECT_EQ(model.event_counts(all), reader.event_counts(side, all));
    EXPECT_EQ(model.status(all), reader.status(side, all));
    EXPECT_EQ(model.gramian(side), reader.gramian(side));
}

TEST(ModelFile, GivesBackWhatWasWrittenForAnyShape)
{
    const std::array<std::array<Row, 3>, 4> shapes = {{{37, 11, 5}, {1, 1, 1}, {0, 3, 2}, {3, 70, 33}}};
    for (const auto& [users, items, width] : shapes) {
        const TemporaryDirectory directory;
        const test::SampleModel model(users, items, width);
        model.write(directory / "m.h5", serial_access(), {0, users}, {0, items});
        const ModelReader reader(directory / "m.h5");

        expect_side(model, reader, Side::users);
        expect_side(model, reader, Side::items);
        EXPECT_EQ(model.popular().items, reader.popular().items);
        EXPECT_EQ(model.popular().counts, reader.popular().counts);
    }
}

TEST(ModelFile, TellsWhatItHolds)
{
    const TemporaryDirectory directory;
    const test::SampleModel model(3, 2, 4);
    model.write(directory / "m.h5", serial_access(), {0, 3}, {0, 2});
    const auto info = ModelReader(directory / "m.h5").info();

    EXPECT_EQ("implicit", info.objective);
    EXPECT_EQ(3, info.users);
    EXPECT_EQ(2, info.items);
    EXPECT_EQ(4, info.width);
    EXPECT_EQ(6, info.interactions);
    EXPECT_EQ(0.007, info.lambda);
    EXPECT_EQ(-1234567890123, info.seed);
    EXPECT_EQ(1.5e300, info.objective_value);
    EXPECT_EQ("run é", info.run_id);
    EXPECT_EQ(R"({"seed":-1234567890123})", info.config);
    EXPECT_EQ("", info.evaluation);
}

TEST(ModelFile, GivesSomeRows)
{
    const TemporaryDirectory directory;
    const test::SampleModel model(9, 4, 3);
    model.write(directory / "m.h5", serial_access(), {0, 9}, {0, 4});
    const ModelReader reader(directory / "m.h5");

    EXPECT_EQ(model.factors(Side::users, {4, 7}), reader.factors(Side::users, {4, 7}));
    EXPECT_EQ(model.ids(Side::users, {8, 9}).text(0), reader.ids(Side::users, {8, 9}).text(0));
    EXPECT_TRUE(reader.factors(Side::items, {4, 4}).empty());
}

}  // namespace
}  // namespace alster
