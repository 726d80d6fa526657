#include "data/dataset_file.hpp"

#include <gtest/gtest.h>

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/sample_files.hpp"

namespace alster {
namespace {

using test::TemporaryDirectory;

void expect_equal(const Interactions& expected, const Interactions& found)
{
    EXPECT_EQ(expected.offsets, found.offsets);
    EXPECT_EQ(expected.columns, found.columns);
    EXPECT_EQ(expected.values, found.values);
    EXPECT_EQ(expected.confidences, found.confidences);
    EXPECT_EQ(expected.preferences, found.preferences);
    EXPECT_EQ(expected.roles, found.roles);
}

TEST(DatasetFile, GivesBackWhatWasWritten)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const DatasetReader reader(directory / "d.h5");

    expect_equal(test::sample_by_user(), reader.interactions(Part::train, Side::users, {0, 5}));
    expect_equal(test::sample_by_item(), reader.interactions(Part::train, Side::items, {0, 4}));
    expect_equal(test::sample_holdout(), reader.interactions(Part::holdout, Side::users, {0, 5}));
    EXPECT_EQ(test::sample_user_ids().texts.bytes, reader.ids(Side::users, {0, 5}).texts.bytes);
    EXPECT_EQ(test::sample_item_ids().numbers, reader.ids(Side::items, {0, 4}).numbers);
    EXPECT_EQ(test::sample_user_ids().order(), reader.id_order(Side::users, {0, 5}));
    EXPECT_EQ((std::vector<std::int32_t>{2, 2, 3, 0}), reader.event_counts(Side::items, {0, 4}));
    EXPECT_EQ((std::vector<std::int64_t>{30, 40}), reader.last_events(Side::users, {2, 4}));
}

TEST(DatasetFile, TellsWhatItHolds)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const auto info = DatasetReader(directory / "d.h5").info();
    const auto expected = test::sample_dataset_info();

    EXPECT_EQ(expected.users, info.users);
    EXPECT_EQ(expected.items, info.items);
    EXPECT_EQ(expected.interactions, info.interactions);
    EXPECT_EQ(expected.held_out, info.held_out);
    EXPECT_TRUE(info.weighted);
    EXPECT_EQ(expected.value_mean, info.value_mean);
    EXPECT_EQ(expected.value_min, info.value_min);
    EXPECT_EQ(expected.value_max, info.value_max);
    EXPECT_EQ(expected.watermark, info.watermark);
    EXPECT_EQ(expected.split, info.split);
    EXPECT_EQ(expected.provenance, info.provenance);
    EXPECT_EQ(64U, info.fingerprint.size());
}

/// "a, b" for the rows of an attribute.
std::string shown(const AttributeColumn& column)
{
    std::string text;
    for (Row r = 0; r < column.rows(); ++r) text += (r > 0 ? ", " : "") + column.shown(r);
    return text;
}

TEST(DatasetFile, KeepsAttributesOfEveryTypeByName)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const DatasetReader reader(directory / "d.h5");

    EXPECT_TRUE(reader.attribute_types(Side::users).empty());
    ASSERT_EQ(6U, reader.attribute_types(Side::items).size());
    const auto all = [&](const char* name) { return shown(reader.attribute(Side::items, name, {0, 4})); };
    EXPECT_EQ("Amélie, Alien, , Brazil", all("title"));
    EXPECT_EQ("Comedy|Romance, Horror, , Drama", all("genres"));
    EXPECT_EQ("6, R, , 12", all("rating"));
    EXPECT_EQ("4.5, , 0, -1e+300", all("stars"));
    EXPECT_EQ("1969-12-31, , 1970-01-01, 2027-01-01", all("released"));
    EXPECT_EQ("true, false, , false", all("kids"));
    EXPECT_EQ("Horror, ", shown(reader.attribute(Side::items, "genres", {1, 3})));
    EXPECT_EQ("R, ", shown(reader.attribute(Side::items, "rating", {1, 3})));
}

TEST(DatasetFile, ReadsTheTextsOfFormat11AsAttributes)
{
    const TemporaryDirectory directory;
    auto file = Hdf5File::create(directory / "old.h5");
    file.write("/items/metadata/title", TextColumn::from({"Amélie", ""}));
    file.write("/items/metadata/genres", TextColumn::from({"War|Drama|War", ""}));
    const auto genres = read_attribute(file, Side::items, 2, "genres", {0, 2});
    EXPECT_EQ(AttributeType::set, attribute_types(file, Side::items).at("genres"));
    EXPECT_EQ("Drama|War, ", shown(genres));
    EXPECT_EQ("Amélie", shown(read_attribute(file, Side::items, 2, "title", {0, 1})));
}

TEST(DatasetFile, GivesSomeRowsWithOffsetsFromZero)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const DatasetReader reader(directory / "d.h5");

    EXPECT_EQ((std::vector<Offset>{2, 3, 6}), reader.offsets(Part::train, Side::users, {2, 4}));
    const auto rows = reader.interactions(Part::train, Side::users, {2, 4});
    EXPECT_EQ((std::vector<Offset>{0, 1, 4}), rows.offsets);
    EXPECT_EQ((std::vector<Column>{1, 0, 1, 2}), rows.columns);
    EXPECT_EQ(0, reader.interactions(Part::train, Side::users, {5, 5}).rows());
}

Interactions slice(const Interactions& all, Row first, Row last)
{
    const auto part = [&](const auto& values) {
        return std::vector(values.begin() + all.offsets[first], values.begin() + all.offsets[last]);
    };
    Interactions rows{.offsets = {},
                      .columns = part(all.columns),
                      .values = part(all.values),
                      .confidences = part(all.confidences),
                      .preferences = part(all.preferences)};
    for (Row r = first; r <= last; ++r) rows.offsets.push_back(all.offsets[r] - all.offsets[first]);
    return rows;
}

std::string fingerprint_in_blocks(Row rows_at_once, float change)
{
    const TemporaryDirectory directory;
    {
        auto by_user = test::sample_by_user();
        by_user.values[0] += change;
        auto info = test::sample_dataset_info();
        info.held_out = 0;
        DatasetWriter writer(directory / "d.h5", info);
        writer.write_ids(Side::users, test::sample_user_ids());
        writer.write_ids(Side::items, test::sample_item_ids());
        writer.write_events(Side::users, std::vector<std::int32_t>(5), std::vector<std::int64_t>(5));
        writer.write_events(Side::items, std::vector<std::int32_t>(4), std::vector<std::int64_t>(4));
        for (Row r = 0; r < 5; r += rows_at_once)
            writer.append(Part::train, Side::users, slice(by_user, r, std::min<Row>(r + rows_at_once, 5)));
        writer.append(Part::train, Side::items, test::sample_by_item());
        writer.commit();
    }
    const DatasetReader reader(directory / "d.h5");
    EXPECT_EQ(test::sample_by_user().columns, reader.interactions(Part::train, Side::users, {0, 5}).columns);
    EXPECT_EQ(0, reader.interactions(Part::holdout, Side::users, {0, 5}).entries());
    return reader.info().fingerprint;
}

TEST(DatasetFile, TheFingerprintDependsOnTheDataNotOnTheBlocksTheyCameIn)
{
    const auto whole = fingerprint_in_blocks(5, 0);

    EXPECT_EQ(whole, fingerprint_in_blocks(1, 0));
    EXPECT_EQ(whole, fingerprint_in_blocks(2, 0));
    EXPECT_NE(whole, fingerprint_in_blocks(5, 1));
}

/// The sample, whose interactions have these roles in the order of users; returns its fingerprint.
std::string write_with_roles(const std::filesystem::path& path, const std::vector<Roles>& roles)
{
    auto info = test::sample_dataset_info();
    info.roles = true;
    DatasetWriter writer(path, info);
    writer.write_ids(Side::users, test::sample_user_ids());
    writer.write_ids(Side::items, test::sample_item_ids());
    writer.write_events(Side::users, std::vector<std::int32_t>(5), std::vector<std::int64_t>(5));
    writer.write_events(Side::items, std::vector<std::int32_t>(4), std::vector<std::int64_t>(4));
    auto by_user = test::sample_by_user();
    auto by_item = test::sample_by_item();
    auto holdout = test::sample_holdout();
    by_user.roles = roles;
    by_item.roles = std::vector<Roles>(7, consumed_role);
    holdout.roles = {disliked_role, consumed_role};
    writer.append(Part::train, Side::users, by_user);
    writer.append(Part::train, Side::items, by_item);
    writer.append(Part::holdout, Side::users, holdout);
    writer.commit();
    return DatasetReader(path).info().fingerprint;
}

TEST(DatasetFile, KeepsRolesWhichTheFingerprintCovers)
{
    const TemporaryDirectory directory;
    const std::vector<Roles> roles{1, 4, 2, 1, 6, 5, 1};
    const auto fingerprint = write_with_roles(directory / "d.h5", roles);
    const DatasetReader reader(directory / "d.h5");

    EXPECT_TRUE(reader.info().roles);
    EXPECT_EQ(roles, reader.interactions(Part::train, Side::users, {0, 5}).roles);
    EXPECT_EQ((std::vector<Roles>{2, 1}), reader.interactions(Part::holdout, Side::users, {0, 5}).roles);
    EXPECT_EQ((std::vector<Roles>{6, 5}), reader.part_of_row(Side::users, 3, {1, 3}).roles);
    EXPECT_NE(fingerprint, write_with_roles(directory / "other.h5", {1, 4, 2, 1, 6, 5, 5}));
    test::write_sample_dataset(directory / "plain.h5");
    const DatasetReader plain(directory / "plain.h5");
    EXPECT_FALSE(plain.info().roles);
    EXPECT_FALSE(plain.file().contains("/train/by_user/role"));
    EXPECT_NE(fingerprint, plain.info().fingerprint);
}

TEST(DatasetFile, OfARoleThatThereIsNotIsRefused)
{
    const TemporaryDirectory directory;
    for (const Roles bad : {Roles{0}, Roles{8}}) {
        EXPECT_THROW(write_with_roles(directory / "d.h5", {1, 1, bad, 1, 1, 1, 1}), Error);
    }
}

TEST(DatasetFile, SaysWhatListsExclude)
{
    const TemporaryDirectory directory;
    // user 0 consumed item 0, was shown 2; user 2 disliked item 1; user 3 consumed 0, disliked 1, consumed 2
    write_with_roles(directory / "d.h5", {1, 4, 2, 1, 6, 5, 1});
    const DatasetReader reader(directory / "d.h5");
    const auto columns = [&](const Exclusion& how) { return excluded_items(reader, {0, 5}, how).columns; };

    const auto consumed = excluded_items(reader, {0, 5}, {});
    EXPECT_EQ((std::vector<Offset>{0, 1, 1, 1, 3, 4}), consumed.offsets);
    EXPECT_EQ((std::vector<Column>{0, 0, 2, 2}), consumed.columns);
    EXPECT_TRUE(consumed.values.empty());
    EXPECT_EQ((std::vector<Column>{0, 1, 0, 1, 2, 2}), columns({.disliked = true}));
    // held out: user 1 disliked item 3, user 4 consumed item 0
    EXPECT_EQ((std::vector<Column>{0, 0, 2, 0, 2}), columns({.held_out = true}));
    EXPECT_EQ((std::vector<Column>{0, 3, 1, 0, 1, 2, 0, 2}), columns({.disliked = true, .held_out = true}));
    EXPECT_EQ((std::vector<Offset>{0, 2, 3}), excluded_items(reader, {3, 5}, {}).offsets);
}

TEST(DatasetFile, RefusesToBeCommittedBeforeAllRowsCame)
{
    const TemporaryDirectory directory;
    {
        DatasetWriter writer(directory / "d.h5", test::sample_dataset_info());
        writer.append(Part::train, Side::users, test::sample_by_user());
        EXPECT_THROW(writer.commit(), Error);
    }
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace alster
