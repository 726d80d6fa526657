#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/dataset_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

// What `alster prepare` makes of files that say what users and items are.

namespace alster {
namespace {

using test::Finished;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class PrepareAttributes : public testing::Test {
protected:
    Finished prepare(const std::string& arguments,
                     const std::string& log = "1,10,5,86400\n2,10,4,86400\n2,11,3,86401\n")
    {
        return test::run_alster("prepare --json --input " + file("log.csv", log) + " " + arguments + " --out " + out_);
    }

    nlohmann::json report(const std::string& arguments)
    {
        const Finished finished = prepare(arguments);
        EXPECT_EQ(0, finished.code) << finished.err;
        return finished.code == 0 ? nlohmann::json::parse(finished.out) : nlohmann::json();
    }

    std::string file(const char* name, const std::string& text) { return test::write_file(directory_ / name, text); }

    /// The value of a row that is named by its id.
    [[nodiscard]] std::string value(Side side, const char* name, const char* id) const
    {
        const DatasetReader reader(out_);
        const IdColumn ids = reader.ids(side, {0, reader.rows(side)});
        const auto row = IdLookup(ids).find(id);
        return row ? reader.attribute(side, name, {*row, *row + 1}).shown(0) : "no row";
    }

    test::TemporaryDirectory directory_;
    std::string out_ = (directory_ / "d.h5").string();
};

TEST_F(PrepareAttributes, DescribedUsersAndItemsHaveARowWithoutEvents)
{
    const std::string arguments = "--users " + file("users.dat", "1::F::25::3::55117\n7::M::56::16::70072\n") +
                                  " --items " + file("movies.dat", "10::Up::Animation|Comedy\n12::New::Drama\n");
    const auto json = report(arguments);
    EXPECT_EQ(3, json["users"]);
    EXPECT_EQ(3, json["items"]);
    EXPECT_EQ(1, json["items_file"]["without_events"]);
    EXPECT_EQ(1, json["users_file"]["without_events"]);
    EXPECT_EQ("Drama", value(Side::items, "genres", "12"));
    EXPECT_EQ("", value(Side::items, "title", "11"));
    EXPECT_EQ("56", value(Side::users, "age", "7"));
    EXPECT_EQ("F", value(Side::users, "gender", "1"));
    EXPECT_EQ("", value(Side::users, "gender", "2"));
    const auto genres = json["items_file"]["attributes"][0];
    EXPECT_EQ("genres", genres["name"]);
    EXPECT_EQ(nlohmann::json({1, 1, 0, 0, 0}), genres["given_in_class"]);
    EXPECT_EQ(nlohmann::json({1, 2, 0, 0, 0}), genres["rows_in_class"]);

    EXPECT_EQ(2, report(arguments + " --only-with-events")["users"]);
    EXPECT_EQ("no row", value(Side::items, "title", "12"));
}

TEST_F(PrepareAttributes, TypesAreNamedAndWhatIsNoneOfThemIsCounted)
{
    const auto json =
        report("--items " +
               file("items.csv",
                    "sku;name;tags;cap;when;kids;len\n10;Up;a, b,a;6;2009-05-28;yes;96\n"
                    "11;Alien;;R;soon;no;long\n") +
               " --item-columns 'id=sku,title=name,genres=tags:set:,,maturity=cap:category,released=when:time,"
               "for_kids=kids:bool,minutes=len:number'");
    EXPECT_THAT(json["warnings"],
                ElementsAre(testing::_,
                            HasSubstr("1 values of 'minutes' are no numbers, the first is 'long': taken as not given"),
                            HasSubstr("1 values of 'released' are no times, the first is 'soon'")));
    EXPECT_EQ("a|b", value(Side::items, "genres", "10"));
    EXPECT_EQ("R", value(Side::items, "maturity", "11"));
    EXPECT_EQ("2009-05-28", value(Side::items, "released", "10"));
    EXPECT_EQ("true", value(Side::items, "for_kids", "10"));
    EXPECT_EQ("96", value(Side::items, "minutes", "10"));
    EXPECT_EQ("", value(Side::items, "minutes", "11"));
}

TEST_F(PrepareAttributes, RefusesWhatCannotBeRight)
{
    const auto refused = [&](const std::string& arguments, int code, const std::string& words) {
        const Finished finished = prepare(arguments);
        EXPECT_EQ(code, finished.code) << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(words));
        EXPECT_FALSE(std::filesystem::exists(out_));
    };
    refused("--users " + file("u.csv", "user_id,plan\n8,a\n9,b\n"), 65, "describes none of the 2 users");
    refused("--users " + file("v.csv", "plan,market\na,de\n"), 65, "--user-columns id=NAME");
    refused("--users " + file("w.csv", ""), 65, "the file of users is empty");
    refused("--user-columns id=0", 64, "--user-columns is about a file: add --users");
    refused("--users " + file("x.csv", "1,a\n") + " --user-columns plan=1", 64, "--user-columns must name id");
    refused("--users " + file("y.csv", "user_id,customer_id2\n") + " --user-columns id=uid", 65, "no column 'uid'");
    refused("--users " + file("z.csv", "customer_id,account_id\n1,2\n"), 65, "could both be the id");
}

TEST_F(PrepareAttributes, ASetThatNobodyTookApartIsRefusedUntilItsSeparatorIsNamed)
{
    const std::string items = "--items " + file("items.csv", "item_id,genres\n10,\"Comedy, Drama\"\n11,Drama\n");
    const Finished refused = prepare(items);
    EXPECT_EQ(65, refused.code);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("'Comedy, Drama' seems to be one of several values"),
                                   HasSubstr("--item-columns genres=NAME:set:, (:set:| if it is one)")));
    EXPECT_FALSE(std::filesystem::exists(out_));
    report(items + " --item-columns id=item_id,genres=genres:set:,");
    EXPECT_EQ("Comedy|Drama", value(Side::items, "genres", "10"));
    const auto json = report(items + " --item-columns 'id=item_id,genres=genres:set:|'");
    EXPECT_EQ("Comedy, Drama", value(Side::items, "genres", "10"));
    EXPECT_THAT(json["warnings"].dump(), HasSubstr("no set of 'genres' was taken apart"));
    // one that was taken apart has its separator, whatever else its values hold
    report("--items " + file("b.csv", "item_id,genres\n10,\"Comedy, black|Drama\"\n11,\"Comedy, light\"\n"));
    EXPECT_EQ("Comedy, light", value(Side::items, "genres", "11"));
}

TEST_F(PrepareAttributes, ATypeThatChangesIsRefusedWhereADatasetIsExtended)
{
    ASSERT_EQ(0, prepare("--items " + file("a.csv", "item_id,year\n10,1999\n") +
                         " --item-columns id=item_id,year=year:number")
                     .code);
    const std::string old = (directory_ / "old.h5").string();
    std::filesystem::rename(out_, old);
    const Finished finished = prepare("--extend " + old + " --items " + file("b.csv", "item_id,year\n10,1999\n") +
                                      " --item-columns id=item_id,year=year:time");
    EXPECT_EQ(65, finished.code);
    EXPECT_THAT(finished.err,
                AllOf(HasSubstr("'year' is a time there, and was a number"), HasSubstr("--item-columns")));
    EXPECT_EQ(0, prepare("--extend " + old + " --items " + file("b.csv", "item_id,year\n10,2001\n")).code);
    EXPECT_EQ("2001", value(Side::items, "year", "10"));
    EXPECT_EQ(0, prepare("--extend " + old).code);
    EXPECT_EQ("1999", value(Side::items, "year", "10"));
}

TEST_F(PrepareAttributes, Ml1mHasAgesAndGenres)
{
    if (test::real_data().empty()) GTEST_SKIP() << "ALSTER_TEST_DATA is not set";
    const auto data = [](const char* name) { return (test::real_data() / name).string(); };
    const Finished finished =
        test::run_alster("prepare --json --input " + data("ml-1m/ratings_ge4.dat.gz") + " --format movielens --items " +
                         data("ml-1m/movies.dat") + " --users " + data("ml-1m/users.dat") + " --out " + out_);
    ASSERT_EQ(0, finished.code) << finished.err;
    const auto json = nlohmann::json::parse(finished.out);
    EXPECT_EQ(6040, json["users"]);
    EXPECT_EQ(3883, json["items"]);
    EXPECT_EQ("18", value(Side::users, "age", "18"));
    EXPECT_EQ("Animation|Children's|Comedy", value(Side::items, "genres", "1"));
}

}  // namespace
}  // namespace alster
