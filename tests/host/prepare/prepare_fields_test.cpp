#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/dataset_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

// What `alster prepare` makes of times, JSON, event ids and items files.

namespace alster {
namespace {

using test::Finished;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class PrepareFields : public testing::Test {
protected:
    Finished prepare(const std::string& text, const std::string& arguments = "")
    {
        return test::run_alster("prepare --json --input " + test::write_file(directory_ / "log", text) + " " +
                                arguments + " --out " + out_);
    }

    /// What was prepared without a word on stderr but for these and that types are one.
    nlohmann::json report(const std::string& text, const std::string& arguments = "")
    {
        const Finished finished = prepare(text, arguments);
        EXPECT_EQ(0, finished.code) << finished.err;
        if (finished.code != 0) return {};
        auto json = nlohmann::json::parse(finished.out);
        std::string warnings;
        for (const auto& warning : json["warnings"]) warnings += "warning: " + warning.get<std::string>() + "\n";
        const std::string types =
            "note: without --rules, --only-events or --ignore-events, all types of events are one\n";
        EXPECT_THAT(finished.err, testing::AnyOf(warnings, warnings + types));
        return json;
    }

    [[nodiscard]] std::int64_t watermark() const { return DatasetReader(out_).info().watermark; }
    [[nodiscard]] std::string file(const char* name, const std::string& text) const
    {
        return test::write_file(directory_ / name, text);
    }

    test::TemporaryDirectory directory_;
    std::string out_ = (directory_ / "data.h5").string();
};

TEST_F(PrepareFields, DatesAsIntegersAreDates)
{
    const auto json = report("u,i,1,20210305\nu,j,1,20210307\n");
    EXPECT_EQ(0U, json["warnings"].size());
    EXPECT_EQ(1615075200, watermark());
}

TEST_F(PrepareFields, PatternsOfTimesAreReadAsGiven)
{
    EXPECT_EQ(0U, report("u,i,1,Sat Mar 05 13:55:02 -0700 2022\nv,i,1,Sun Jul 08 06:53:51 -0700 2007\n",
                         "--time-format '%a %b %d %H:%M:%S %z %Y'")["warnings"]
                      .size());
    EXPECT_EQ(1646513702, watermark());
    const Finished other = prepare("u,i,1,5.3.2022\n", "--time-format %m/%d/%Y");
    EXPECT_EQ(65, other.code);
    EXPECT_THAT(other.err, HasSubstr("log:1: time is not written as --time-format says"));
}

TEST_F(PrepareFields, WarnsInOneLineOfTimesThatAreHardlyMeant)
{
    EXPECT_THAT(report("u,i,1,100\nu,j,1,200\n")["warnings"], ElementsAre(HasSubstr("before 1990")));
    EXPECT_THAT(report("u,i,1,1600000000\nu,j,1,1600000000\n")["warnings"], ElementsAre(HasSubstr("are equal")));
    const Finished mixed = prepare("u,i,1,100\nu,j,1,20210305\n");
    EXPECT_EQ(65, mixed.code);
    EXPECT_THAT(mixed.err, AllOf(StartsWith("alster: times are numbers of several units"), HasSubstr("--time-format")));
}

TEST_F(PrepareFields, ALogThatIsDeliveredTwiceCountsOnce)
{
    const std::string rules = " --rules " + file("rules.toml", "[event.play]\nper_value = 1\n[event.stop]\n");
    const std::string columns = "--columns user=0,item=1,value=2,time=3,event=4" + rules;
    const std::string log =
        "u,i,2,1600000001,play\nu,i,1,1600000001,stop\nu,i,2,1600000002,play\nv,j,1,1600000060,play\n";
    const auto confidences = [&] {
        const DatasetReader data(out_);
        return data.interactions(Part::train, Side::users, {0, data.rows(Side::users)}).confidences;
    };
    EXPECT_EQ(0, report(log, columns)["redelivered"]);
    const auto once = confidences();
    EXPECT_THAT(once, ElementsAre(7, 2));
    const auto twice = report(log + log, columns);
    EXPECT_EQ(4, twice["redelivered"]);
    EXPECT_EQ(4, twice["events"]);
    EXPECT_EQ(8, twice["lines"]);
    EXPECT_EQ(once, confidences());
    EXPECT_EQ(0, report(log + log, columns + " --redelivered keep")["redelivered"]);
    EXPECT_THAT(confidences(), ElementsAre(14, 4));
}

TEST_F(PrepareFields, SameDayIsNoSignOfASecondDelivery)
{
    const std::string log = "u,i,2,2024-01-05\nu,i,2,2024-01-05\nv,i,1,2024-01-06\n";
    const auto json = report(log, "--duplicates sum");
    EXPECT_EQ(0, json["redelivered"]);
    EXPECT_THAT(json["warnings"], ElementsAre(HasSubstr("1 events repeat another")));
    EXPECT_EQ(1, report(log, "--duplicates sum --redelivered drop")["redelivered"]);
    EXPECT_EQ(0U, report(log)["warnings"].size());
}

TEST_F(PrepareFields, TypesTellEventsApartAlsoWithoutRules)
{
    const std::string log = "u,i,1,1600000001,play\nu,i,1,1600000001,click\nu,i,1,1600000001,play\n";
    EXPECT_EQ(1, report(log, "--duplicates sum --columns user=0,item=1,value=2,time=3,event=4")["redelivered"]);
    EXPECT_EQ(2, DatasetReader(out_).info().value_max);
}

TEST_F(PrepareFields, EventIdsAloneDecideWhereThereAreSome)
{
    const std::string log =
        "{\"user\":1,\"item\":2,\"id\":\"a\"}\n{\"user\":1,\"item\":2,\"id\":\"b\"}\n"
        "{\"user\":1,\"item\":2,\"id\":\"a\"}\n{\"user\":1,\"item\":2}\n{\"user\":1,\"item\":2}\n";
    const std::string columns = "--format jsonl --duplicates sum --columns user=user,item=item,event_id=id";
    EXPECT_EQ(1, report(log, columns)["redelivered"]);
    EXPECT_EQ(4, DatasetReader(out_).info().value_max);
    EXPECT_EQ(0, report(log, columns + " --redelivered keep")["redelivered"]);
    EXPECT_EQ(5, DatasetReader(out_).info().value_max);
}

TEST_F(PrepareFields, SaysHowTheItemFileAndTheLogDisagree)
{
    const std::string log = "1,m1,1,1600000000\n2,m2,1,1600000001\n";
    const Finished none = prepare(log, "--items " + file("items.csv", "item_id,title\n11,A\n12,B\n"));
    EXPECT_EQ(65, none.code);
    EXPECT_THAT(none.err, AllOf(HasSubstr("describes none of the 2 items: the log has ids as 'm1', 'm2'"),
                                HasSubstr("the file as '11', '12'; --item-columns")));
    const auto json =
        report(log, "--items " + file("more.csv", "item_id,title\nm1,A\nm1," + std::string(1200, 'x') + "\n"));
    EXPECT_EQ(1, json["items_file"]["repeated"]);
    EXPECT_EQ(1, json["items_file"]["texts_cut"]);
    EXPECT_EQ(2U, json["warnings"].size());
    const Finished no_header = prepare(log, "--items " + file("none.csv", "m1,One,Drama\nm2,Two,War\n"));
    EXPECT_EQ(65, no_header.code);
    EXPECT_THAT(no_header.err, HasSubstr("--item-columns id=NAME"));
}

TEST_F(PrepareFields, SaysWhichKeyOfAJsonLogIsWrong)
{
    const Finished absent = prepare("{\"user\":1,\"props\":{\"vid\":2}}\n", "--format jsonl");
    EXPECT_EQ(65, absent.code);
    EXPECT_THAT(absent.err, HasSubstr("first " + (directory_ / "log").string() +
                                      ":1: key absent: 'item'; the object has: user, props.vid"));
    EXPECT_THAT(test::read_file(out_ + ".quarantine.tsv"), HasSubstr("\t1\tkey absent: 'item'"));
    EXPECT_EQ(2, report("[{\"user\":1,\"props\":{\"vid\":2},\"t\":1600000000},\n{\"user\":2,\"props\":{\"vid\":2}}]",
                        "--format json --columns user=user,item=props.vid,time=t")["users"]);
}

}  // namespace
}  // namespace alster
