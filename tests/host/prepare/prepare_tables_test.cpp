#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/dataset_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::Finished;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

/// `alster prepare` on tables as others write them, from a shell.
class PrepareTables : public testing::Test {
protected:
    Finished prepare(const std::string& text, const std::string& arguments)
    {
        return test::run_alster("prepare --json --input " + write_file(directory_ / "log", text) + " " + arguments +
                                " --out " + out_);
    }
    [[nodiscard]] std::vector<float> values() const
    {
        const DatasetReader data(out_);
        return data.interactions(Part::train, Side::users, {0, data.info().users}).values;
    }
    std::string rules(const std::string& text) { return " --rules " + write_file(directory_ / "rules.toml", text); }

    test::TemporaryDirectory directory_;
    std::string out_ = (directory_ / "data.h5").string();
};

constexpr const char* events =
    "visitorid,itemid,event,rating\n1,7,view,\n1,8,buy,2\n2,7,view,\n2,9,buy,-1\n3,7,hold,0\n";

TEST_F(PrepareTables, OptionsCutAndSpellFields)
{
    ASSERT_EQ(
        0,
        prepare("user;item;n\n1;7;2,5\n1;8;NULL\n2;7;1,125\n", "--separator ';' --decimal-comma --null NULL,NA").code);
    EXPECT_THAT(values(), ElementsAre(2.5, 1, 1.125));
    ASSERT_EQ(0, prepare("user_id\titem_id\n1\t7\n", "--separator '\\t' --no-header").code);
    EXPECT_EQ(2, DatasetReader(out_).info().users);
    ASSERT_EQ(0, prepare("1 7 3\n", "--separator space --header=no").code);
    EXPECT_THAT(values(), ElementsAre(3));
}

TEST_F(PrepareTables, EventsAreIgnoredByValueAndCounted)
{
    const Finished below = prepare(events, "--drop-below 0.5");
    ASSERT_EQ(0, below.code) << below.err;
    EXPECT_THAT(values(), ElementsAre(1, 2, 1));
    const auto json = nlohmann::json::parse(below.out);
    EXPECT_EQ(2, json["ignored"]);
    EXPECT_EQ(0, json["quarantined"]);
    EXPECT_EQ(5, json["lines"]);
    EXPECT_EQ(2, nlohmann::json::parse(DatasetReader(out_).info().provenance)["ignored"]);
    ASSERT_EQ(0, prepare(events, "--drop-values -1").code);
    EXPECT_THAT(values(), ElementsAre(1, 2, 1, 0));
}

TEST_F(PrepareTables, EventsAreIgnoredByTypeWithAndWithoutRules)
{
    ASSERT_EQ(0, prepare(events, "--only-events buy").code);
    EXPECT_THAT(values(), ElementsAre(2, -1));
    ASSERT_EQ(0, prepare(events, "--ignore-events view,hold").code);
    EXPECT_THAT(values(), ElementsAre(2, -1));
    ASSERT_EQ(0, prepare(events, rules("[event.buy]\nbase = 3\n") + " --only-events buy").code);
    EXPECT_THAT(values(), ElementsAre(2, -1));
    const Finished finished =
        prepare(events, rules("[event.buy]\ndrop_below = 0\n[event.view]\nignore = true\n[other]\nignore = true\n"));
    ASSERT_EQ(0, finished.code) << finished.err;
    EXPECT_THAT(values(), ElementsAre(2));
    EXPECT_EQ(4, nlohmann::json::parse(finished.out)["ignored"]);
}

TEST_F(PrepareTables, AnEventWithoutTheValueThatItsRuleJudgesIsABadLine)
{
    const auto stars = rules("[event.view]\nlike_from = 4\ndislike_to = 2\n[other]\nbase = 1\n");
    const Finished refused = prepare(events, stars);
    EXPECT_EQ(65, refused.code);
    EXPECT_THAT(refused.err, HasSubstr("no value, which the rule of its type asks for"));
    EXPECT_EQ(0, prepare(events, rules("[event.view]\nper_value = 2\n[other]\nbase = 1\n")).code);
}

TEST_F(PrepareTables, ValuesOfZeroAndBelowAreSaidToBeMeantBySomebody)
{
    EXPECT_THAT(prepare(events, "--only-events buy").err,
                HasSubstr("note: there are values of 0 or below, the least is -1"));
    EXPECT_EQ("", prepare(events, "--only-events buy --drop-below 0").err);
    EXPECT_THAT(prepare(events, "").err, HasSubstr("all types of events are one"));
}

}  // namespace
}  // namespace alster
