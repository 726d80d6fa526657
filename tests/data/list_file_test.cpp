#include "data/list_file.hpp"

#include <gmock/gmock.h>
#include <hdf5.h>

#include <limits>

#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/reseal.hpp"
#include "tests/support/sample_files.hpp"
#include "tests/support/sample_lists.hpp"

namespace alster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void expect_equal(const OwnListRows& expected, const ListRows& found)
{
    EXPECT_TRUE(std::ranges::equal(expected.items, found.items));
    EXPECT_TRUE(std::ranges::equal(expected.scores, found.scores));
    EXPECT_TRUE(std::ranges::equal(expected.filled, found.filled));
    EXPECT_TRUE(std::ranges::equal(expected.reasons, found.reasons));
    EXPECT_TRUE(std::ranges::equal(expected.evidence, found.evidence));
    EXPECT_TRUE(std::ranges::equal(expected.evidence_weights, found.evidence_weights));
}

class ListFiles : public testing::Test {
protected:
    /// What reading the sample complains of once it was changed.
    std::string refusal(const std::function<void(hid_t)>& change)
    {
        test::write_lists_of_every_kind(path_);
        test::alter(path_, change);
        const auto read = [&] {
            const ListFileReader file(path_);
            for (const auto& group : file.groups()) (void)file.lists(group, {0, file.rows(group.side)});
            (void)file.popular();
        };
        EXPECT_EQ(ExitCode::bad_data, test::exit_code_of(read));
        return test::message_of(read);
    }

    template <class T>
    std::string refusal_of(const std::string& name, std::size_t position, T value)
    {
        return refusal([&](hid_t file) { test::set_value<T>(file, name, position, value); });
    }

    test::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_ / "lists.h5";
};

TEST_F(ListFiles, GiveBackWhatWasWritten)
{
    test::write_lists_of_every_kind(path_);
    const ListFileReader file(path_);
    const ListContents written = test::sample_list_contents();
    EXPECT_EQ(written.info.run_id, file.info().run_id);
    EXPECT_EQ(written.info.space_id, file.info().space_id);
    EXPECT_EQ(written.info.fingerprint, file.info().fingerprint);
    EXPECT_EQ(written.info.objective, file.info().objective);
    EXPECT_EQ(written.info.score, file.info().score);
    EXPECT_EQ(written.info.excluded, file.info().excluded);
    EXPECT_EQ(written.info.mean, file.info().mean);
    EXPECT_EQ(written.reasons, file.reasons());
    EXPECT_EQ(test::sample_popular().items, file.popular().items);
    EXPECT_EQ(test::sample_popular().counts, file.popular().counts);
    EXPECT_EQ(test::sample_user_ids().texts.bytes, file.ids(Side::users, {0, 5}).texts.bytes);
    EXPECT_EQ(test::sample_item_ids().numbers, file.ids(Side::items, {0, 4}).numbers);
    ASSERT_EQ(3, file.groups().size());
    for (const auto& group : written.groups) {
        const ListGroup& found = file.group(group.name);
        EXPECT_EQ(group.side, found.side);
        EXPECT_EQ(group.k, found.k);
        EXPECT_EQ(group.reasons, found.reasons);
        EXPECT_EQ(group.evidence, found.evidence);
        expect_equal(test::sample_lists(group), file.lists(found, {0, file.rows(found.side)}).rows());
    }
}

TEST_F(ListFiles, AreReadByRanges)
{
    test::write_lists_of_every_kind(path_);
    const ListFileReader file(path_);
    const ListGroup& home = file.group("/topk/home");
    const OwnListRows all = test::sample_lists(home);
    const OwnListRows some = file.lists(home, {2, 4});
    EXPECT_THAT(some.filled, ElementsAre(2, 3));
    EXPECT_TRUE(std::equal(some.items.begin(), some.items.end(), all.items.begin() + 6));
    EXPECT_TRUE(std::equal(some.evidence.begin(), some.evidence.end(), all.evidence.begin() + 12));
    EXPECT_TRUE(file.lists(home, {5, 5}).items.empty());
    EXPECT_EQ(ExitCode::bad_data, test::exit_code_of([&] { (void)file.group("/topk/other"); }));
    EXPECT_THAT(test::message_of([&] { (void)file.group("/topk/other"); }),
                HasSubstr("has no lists /topk/other, it has /page/rows, /similar/items, /topk/home"));
}

TEST_F(ListFiles, AreVisitedInOrderAndNotAllAtOnce)
{
    constexpr Row users = 131;  // more than 64 MB of the longest lists
    ListContents contents;
    contents.info.objective = "implicit";
    contents.items = test::sample_item_ids();
    contents.groups = {{.name = "/topk/home", .side = Side::users, .k = longest_list}};
    contents.users = users;
    ListFileWriter writer(path_, contents);
    const std::vector<std::int32_t> items(users * longest_list, -1);
    const std::vector<float> scores(users * longest_list, -std::numeric_limits<float>::infinity());
    const std::vector<std::uint16_t> filled(users);
    writer.write("/topk/home", 0, {items, scores, filled});
    IdColumn ids;
    for (Row u = 0; u < users; ++u) ids.numbers.push_back(u);
    writer.write_users(0, ids);
    writer.commit();
    const ListFileReader file(path_);
    std::vector<RowRange> visited;
    file.each(file.groups().front(), {1, users}, [&](RowRange rows, const ListRows& lists) {
        EXPECT_EQ(rows.size(), std::ssize(lists.filled));
        EXPECT_EQ(visited.empty() ? 1 : visited.back().last, rows.first);
        visited.push_back(rows);
    });
    EXPECT_EQ(2, visited.size());
    EXPECT_EQ(users, visited.back().last);
}

TEST_F(ListFiles, MayHoldNoListsAndNoUsers)
{
    ListContents contents = test::sample_list_contents();
    contents.users = 0;
    ListFileWriter writer(path_, contents);
    writer.write("/similar/items", 0, test::sample_lists(contents.groups[1]).rows());
    writer.commit();
    const ListFileReader file(path_);
    EXPECT_EQ(0, file.rows(Side::users));
    EXPECT_TRUE(file.lists(file.group("/topk/home"), {0, 0}).filled.empty());
    EXPECT_TRUE(file.popular().items.empty());
}

TEST_F(ListFiles, ThatContradictThemselvesAreRefused)
{
    using test::set_attribute;
    const auto remove = [](const char* name) { return [=](hid_t file) { H5Ldelete(file, name, H5P_DEFAULT); }; };
    EXPECT_THAT(refusal([](hid_t file) { set_attribute(file, "k", std::int64_t{3}); }),
                HasSubstr("attribute k is 3, it must be 4"));
    EXPECT_THAT(refusal([](hid_t file) { set_attribute(file, "objective", std::string_view("both")); }),
                HasSubstr("attribute objective is both"));
    EXPECT_THAT(refusal([](hid_t file) { set_attribute(file, "mean", std::numeric_limits<double>::quiet_NaN()); }),
                HasSubstr("attribute mean is nan"));
    EXPECT_THAT(refusal([](hid_t file) { set_attribute(file, "format", std::string_view("alster-model")); }),
                HasSubstr("'alster-lists' is needed"));
    EXPECT_THAT(refusal(remove("/vocab/reason")), HasSubstr("lacks the dataset /vocab/reason"));
    EXPECT_THAT(refusal(remove("/topk/home/score")), HasSubstr("lacks the dataset /topk/home/score"));
    EXPECT_THAT(refusal(remove("/topk/home/evidence_weight")),
                HasSubstr("lacks the dataset /topk/home/evidence_weight"));
    EXPECT_THAT(refusal(remove("/users")), HasSubstr("/page/rows/item has shape (5, 4), not (0, 4)"));
    EXPECT_THAT(refusal([](hid_t file) {
                    H5Ldelete(file, "/similar/items/filled", H5P_DEFAULT);
                    H5Lmove(file, "/page/rows/filled", file, "/similar/items/filled", H5P_DEFAULT, H5P_DEFAULT);
                }),
                HasSubstr("filled"));
    EXPECT_THAT(refusal([&](hid_t file) {
                    for (const char* group : {"/topk", "/similar", "/page"}) remove(group)(file);
                }),
                HasSubstr("holds no lists"));
}

TEST_F(ListFiles, WithValuesThatCannotBeAreRefused)
{
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    // list 2 of /topk/home, 'é', has items 2 and 3 and an empty place; it is places 6, 7 and 8
    const std::string home = "/topk/home";
    EXPECT_THAT(refusal_of<std::int32_t>(home + "/item", 6, 4),
                testing::AllOf(HasSubstr("/topk/home/item of list 2 (user '"), HasSubstr("place 0, is 4"),
                               HasSubstr("a row of 4 items")));
    EXPECT_THAT(refusal_of<std::int32_t>(home + "/item", 7, -1), HasSubstr("place 1, is -1"));
    EXPECT_THAT(refusal_of<std::int32_t>(home + "/item", 7, 2),
                HasSubstr("place 1, is 2, it must be an item that the list does not have yet"));
    EXPECT_THAT(refusal_of<std::int32_t>(home + "/item", 8, 0), HasSubstr("it must be -1: the place is empty"));
    EXPECT_THAT(refusal_of<float>(home + "/score", 7, nan), HasSubstr("/score of list 2"));
    EXPECT_THAT(refusal_of<float>(home + "/score", 8, 1), HasSubstr("it must be -inf: the place is empty"));
    EXPECT_THAT(refusal_of<std::uint8_t>(home + "/reason", 6, 2), HasSubstr("is 2, it must be below 2"));
    EXPECT_THAT(refusal_of<std::uint8_t>(home + "/reason", 8, 0), HasSubstr("it must be 255: the place is empty"));
    EXPECT_THAT(refusal_of<std::uint16_t>(home + "/filled", 2, 4), HasSubstr("/filled of list 2 (user '"));
    EXPECT_THAT(refusal_of<std::uint16_t>(home + "/filled", 2, 3), HasSubstr("place 2, is -1"));
    EXPECT_THAT(refusal_of<std::int32_t>(home + "/evidence", 12, 4), HasSubstr("-1 or a row of 4 items"));
    EXPECT_THAT(refusal_of<std::int32_t>(home + "/evidence", 12, -2), HasSubstr("place 0, is -2"));
    EXPECT_THAT(refusal_of<float>(home + "/evidence_weight", 12, nan), HasSubstr("is nan, it must be finite"));
    EXPECT_THAT(refusal_of<float>(home + "/evidence_weight", 13, 1), HasSubstr("0: there is no evidence"));
    EXPECT_THAT(refusal_of<std::int32_t>("/similar/items/item", 4, 9), HasSubstr("of list 2 (item '"));
    EXPECT_THAT(refusal_of<std::int32_t>("/popular/all/item", 0, 4), HasSubstr("/popular/all"));
}

TEST(LeftOutWords, AreThoseThatAreReadBack)
{
    for (const bool held_out : {false, true})
        for (const bool disliked : {false, true}) {
            const LeftOut one{.consumed = true, .held_out = held_out, .disliked = disliked};
            EXPECT_EQ(one, left_out(words(one)));
        }
    EXPECT_EQ(LeftOut(), left_out("nothing"));
    EXPECT_EQ("consumed in training, consumed in the held-out part, disliked",
              words({.consumed = true, .held_out = true, .disliked = true}));
    for (const char* other : {"", "consumed", "consumed in training, disliked, consumed in the held-out part"})
        EXPECT_EQ(std::nullopt, left_out(other));
}

}  // namespace
}  // namespace alster
