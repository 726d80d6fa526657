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

    /// What was prepared without a word on stderr but for these.
    nlohmann::json report(const std::string& text, const std::string& arguments = "")
    {
        const Finished finished = prepare(text, arguments);
        EXPECT_EQ(0, finished.code) << finished.err;
        if (finished.code != 0) return {};
        auto json = nlohmann::json::parse(finished.out);
        std::string warnings;
        for (const auto& warning : json["warnings"]) warnings += "warning: " + warning.get<std::string>() + "\n";
        EXPECT_EQ(warnings, finished.err);
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
