#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
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
    [[nodiscard]] std::string recorded_options() const
    {
        return nlohmann::json::parse(DatasetReader(out_).info().provenance)["options"];
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

TEST_F(PrepareTables, BracketsInOptionsAreNoLists)
{
    const std::string text = "1,7,[null]\n2,7,5\n";
    for (const std::string null : {"'[null]'", "NA,'[null]'", "NA --null='[null]'"}) {
        ASSERT_EQ(0, prepare(text, "--null " + null).code) << null;
        EXPECT_THAT(values(), ElementsAre(1, 5));
    }
    EXPECT_EQ(65, prepare(text, "--null '[nul]'").code);
    write_file(directory_ / "[a,b]", text);
    const std::string here = "cd " + directory_.path().string() + " && ";
    EXPECT_EQ(
        0, test::run_command(here + test::alster_program() + " prepare --input '[a,b]' --null '[null]' --out " + out_)
               .code);
}

TEST_F(PrepareTables, SaysWhyNothingIsLeft)
{
    const Finished bad = prepare("user,item,rating\n1,2,abc\n1,3,x\n", "--max-bad 1");
    EXPECT_EQ(65, bad.code);
    EXPECT_THAT(bad.err, HasSubstr("2 lines are bad, first " + (directory_ / "log").string() +
                                   ":2: value is not a number: 'abc' in column 2, taken for the value (--columns"));
    const Finished ignored = prepare("user,item,rating\n1,2,-0\n", "--drop-values -0");
    EXPECT_EQ(65, ignored.code);
    EXPECT_THAT(ignored.err, HasSubstr("no interactions in the input: 1 events are ignored by options or rules"));
    const Finished type = prepare(events, rules("[event.view]\n[event.buy]\n") + " --max-bad 1");
    EXPECT_EQ(0, type.code);
    EXPECT_THAT(test::read_file(out_ + ".quarantine.tsv"), HasSubstr("passes it over: hold\t"));
}

TEST_F(PrepareTables, NamesOfFeedbackHoldValues)
{
    for (const std::string name : {"label", "is_click", "target", "Liked"}) {
        const Finished finished = prepare("user_id,item_id," + name + "\n1,7,0\n2,7,1\n", "");
        EXPECT_THAT(values(), ElementsAre(0, 1)) << name;
        EXPECT_THAT(finished.err, HasSubstr("note: there are values of 0 or below"));
    }
    EXPECT_EQ(65, prepare("user_id,item_id,click,like\n1,7,1,0\n", "").code);
}

/// Every dataset names the options that made it, and these make it again.
TEST_F(PrepareTables, RecordedOptionsReadBackToTheSameDataset)
{
    const std::string odd = write_file(directory_ / "a \"b\" 'c' #d [e],f\\g", "7,1,\\N\n8,2,2.5\n9,2,NA\n");
    const std::vector<std::pair<std::string, std::string>> runs = {
        {"user_id,item_id,rating\n1,7,3\n1,8,\n2,7,5\n", ""},
        {"user_id,item_id,rating\n1,7,3\n1,8,\n2,7,5\n", "--header --columns user=user_id,item=item_id"},
        {"user_id,item_id\n1,7\n", "--no-header --split none"},
        {"1,7,3\n1,8,-1\n2,7,5\n",
         "--drop-values -1,0 --drop-below 0.5 --split random:0.25 --seed 18446744073709551615"},
        {"1,7,[null]\n1,8,[na,]\n2,7,5\n", "--null '[null]' --null '[na' --max-bad 0.5"},
        {"1,7,-0\n1,8,-1\n2,7,5\n", "--null -0 --drop-values=-1"},
        {"7,1,2\n", "\"$ODD\" --columns item=0,user=1,value=2 --null '\\N,NA,#,\"' --max-bad 0.5"}};
    ::setenv("ODD", odd.c_str(), 1);
    for (const auto& [text, arguments] : runs) {
        const Finished first = prepare(text, arguments);
        ASSERT_EQ(0, first.code) << arguments << first.err;
        const std::string options = recorded_options(), fingerprint = DatasetReader(out_).info().fingerprint;
        std::filesystem::remove(out_);
        const std::string config = write_file(directory_ / "config.toml", options);
        const Finished again = test::run_alster("prepare --config " + config);
        ASSERT_EQ(0, again.code) << options << again.err;
        EXPECT_EQ(options, recorded_options());
        EXPECT_EQ(fingerprint, DatasetReader(out_).info().fingerprint) << options;
    }
}

TEST_F(PrepareTables, AFlagThatIsFalseInAConfigurationIsNotGiven)
{
    const std::string log = write_file(directory_ / "log", "user_id,item_id,rating\n1,7,3\n2,8,4\n");
    const auto users = [&](const std::string& more) {
        const auto config =
            write_file(directory_ / "c.toml", "input = [\"" + log + "\"]\nout = \"" + out_ + "\"\n" + more);
        const Finished finished = test::run_alster("prepare --config " + config);
        EXPECT_EQ(0, finished.code) << more << finished.err;
        return DatasetReader(out_).info().users;
    };
    for (const char* more : {"", "header = false\n", "no-header = false\n", "header = true\n", "header = false # no\n",
                             "no-header = false\nheader = true\nnull = []\n"})
        EXPECT_EQ(2, users(more)) << more;
    write_file(directory_ / "log", "a,b\n1,7\n2,8\n");
    for (const char* more : {"no-header = true\n", "header = \"no\"\nnull = []\n"}) EXPECT_EQ(3, users(more)) << more;
    EXPECT_EQ(64, prepare("1,7\n", "--header --no-header").code);
    for (const char* wrong : {"header = {}\n", "split = none\n", "seed = 1\nseed = 2\n", "[prepare]\nseed = 1\n"}) {
        const auto refused = test::run_alster("prepare --config " + write_file(directory_ / "c.toml", wrong) +
                                              " --input x --out " + out_);
        EXPECT_EQ(78, refused.code) << wrong << refused.err;
        EXPECT_THAT(refused.err, HasSubstr("c.toml: ")) << wrong;
    }
}

TEST_F(PrepareTables, JsonSaysItsColumnsAndRefusesAChoice)
{
    const std::string rated = R"({"userId":1,"sku":7,"rating":3})";
    const Finished one = prepare(rated, "--format jsonl");
    ASSERT_EQ(0, one.code) << one.err;
    EXPECT_EQ("user=userId, item=sku, value=rating", nlohmann::json::parse(one.out)["columns"]);
    const Finished two = prepare(rated + "\n" + R"({"userId":1,"sku":8,"stars":3})", "--format jsonl");
    EXPECT_EQ(65, two.code);
    EXPECT_THAT(two.err, HasSubstr("the keys 'rating' and 'stars' could both be the value"));
}

TEST_F(PrepareTables, AFileThatLacksAColumnOfAnotherIsRefused)
{
    const auto refuse = [&](const std::string& text, const std::string& other, const std::string& column) {
        const Finished refused = prepare(text, "--input " + write_file(directory_ / "b", other));
        EXPECT_EQ(65, refused.code) << other;
        EXPECT_THAT(refused.err, HasSubstr("has no column for the " + column + ", and ")) << other;
    };
    const std::string rated = "user_id,item_id,rating\n1,10,4\n";
    refuse(rated, "user_id,item_id\n2,11\n", "value");
    refuse("user_id,item_id\n2,11\n", rated, "value");
    refuse(rated, "user_id,item_id,rating,timestamp\n2,11,5,1600000000\n", "time");
    const std::string same = " --input " + write_file(directory_ / "c", "rating,item_id,user_id\n5,11,2\n");
    EXPECT_EQ(0, prepare(rated, same).code);
    EXPECT_THAT(values(), ElementsAre(4, 5));
    // of a pipe the beginning cannot be read again
    const std::string pipes = " prepare --input <(cat log) <(tail -n +2 log) --out x.h5";
    const Finished headless =
        test::run_command("cd " + (directory_ / "").string() + " && bash -c '" + test::alster_program() + pipes + "'");
    EXPECT_EQ(65, headless.code);
    EXPECT_THAT(headless.err, HasSubstr("has no header, but"));
}

TEST_F(PrepareTables, AColumnThatAHeaderNamesTwiceIsNotGuessed)
{
    const std::string log = "user_id,item_id,rating,rating\n1,10,4,2\n";
    const Finished refused = prepare(log, "--columns user=user_id,item=item_id,value=rating");
    EXPECT_EQ(65, refused.code);
    EXPECT_THAT(refused.err, HasSubstr("names 'rating' twice; say by position which is the value"));
    const std::string items = write_file(directory_ / "i", "item_id,title,title\n10,A,B\n");
    const Finished of_items =
        prepare("user_id,item_id\n1,10\n", "--items " + items + " --item-columns id=item_id,title=title");
    EXPECT_EQ(65, of_items.code);
    EXPECT_THAT(of_items.err, HasSubstr("names 'title' twice"));
}

TEST_F(PrepareTables, AFileIsGivenOnce)
{
    const Finished twice = prepare(events, "--input " + (directory_ / "log").string());
    EXPECT_EQ(64, twice.code);
    EXPECT_THAT(twice.err, HasSubstr("is given twice"));
}

TEST_F(PrepareTables, ATypeThatNoEventHasIsSaid)
{
    const Finished finished = prepare(events, "--ignore-events veiw,hold");
    ASSERT_EQ(0, finished.code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("no event is of the type 'veiw', which --ignore-events names"));
    EXPECT_THAT(finished.err, testing::Not(HasSubstr("'hold'")));
}

TEST_F(PrepareTables, AKeyThatNoObjectHasIsRefused)
{
    const std::string log = "{\"user\":1,\"item\":2,\"rating\":3}\n{\"user\":2,\"item\":2}\n";
    for (const std::string column : {"value=ratng", "time=ts", "confidence=conf", "event_id=eid"}) {
        const Finished refused = prepare(log, "--format jsonl --columns user=user,item=item," + column);
        EXPECT_EQ(65, refused.code) << column;
        const std::string key = column.substr(column.find('=') + 1);
        EXPECT_THAT(refused.err, HasSubstr("no object has the key '" + key + "'"));
    }
    EXPECT_EQ(0, prepare(log, "--format jsonl --columns user=user,item=item,value=rating").code);
    const std::string items = write_file(directory_ / "items", "{\"id\":2,\"name\":\"A\"}\n");
    const Finished refused = prepare(log, "--format jsonl --items " + items + " --item-columns id=id,title=nmae");
    EXPECT_EQ(65, refused.code);
    EXPECT_THAT(refused.err, HasSubstr("no object has the key 'nmae', which --item-columns names for 'title'"));
    EXPECT_EQ(0, prepare(log, "--format jsonl --items " + items + " --item-columns id=id,title=name").code);
}

TEST_F(PrepareTables, IdsAreWrittenInOneWayInAllFiles)
{
    const std::string whole = "user,item\n1,10\n2,11\n";
    const auto refuse = [&](const std::string& options) {
        const Finished refused = prepare(whole, options);
        EXPECT_EQ(65, refused.code) << options;
        EXPECT_THAT(refused.err, HasSubstr("as data frames do where some are absent")) << options;
    };
    refuse("--input " + write_file(directory_ / "b", "user,item\n3.0,10\n"));
    refuse("--test " + write_file(directory_ / "t", "user,item\n2.0,10\n"));
    refuse("--items " + write_file(directory_ / "i", "item_id,title\n10,A\n11.0,B\n"));
    std::string late = "user,item\n";
    for (int n = 0; n < 20'000; ++n) late += std::to_string(n) + ",10\n";
    EXPECT_EQ(65, prepare(late + "7.0,10\n", "").code);
    EXPECT_EQ(
        0,
        prepare("user,item\n1.0,10\n2.0,11\n", "--input " + write_file(directory_ / "c", "user,item\n3.0,10\n")).code);
}

TEST_F(PrepareTables, AFileThatDescribesNothingIsRefused)
{
    const Finished refused = prepare("user,item\n1,10\n", "--items " + write_file(directory_ / "i", "item_id,title\n"));
    EXPECT_EQ(65, refused.code);
    EXPECT_THAT(refused.err, HasSubstr("describes nothing"));
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

TEST_F(PrepareTables, TypesThatNoColumnHoldsAreNotAskedFor)
{
    for (const std::string option : {"--only-events buy", "--ignore-events view"}) {
        const Finished finished = prepare("1,10,3,1700000000\n1,11,2,1700000001\n", option);
        EXPECT_EQ(64, finished.code);
        EXPECT_THAT(finished.err, HasSubstr("no column of the log was taken for types of events"));
    }
}

TEST_F(PrepareTables, AWordForNoIdIsNoId)
{
    const Finished finished = prepare("user_id,item_id\nNA,10\n4,NULL\n4,11\n", "--max-bad 0.9");
    ASSERT_EQ(0, finished.code) << finished.err;
    EXPECT_EQ(2, nlohmann::json::parse(finished.out)["quarantined"]);
}

TEST_F(PrepareTables, ValuesThatMustBeTimesAreWarnedOf)
{
    for (const std::string values : {"1,10,1700000000\n2,10,1700000100\n", "1,10,20230301\n2,10,20230302\n"}) {
        EXPECT_THAT(prepare(values, "--columns user=0,item=1,value=2").err, HasSubstr("if they are times"));
        const Finished guessed = prepare(values, "");
        EXPECT_EQ(64, guessed.code);
        EXPECT_THAT(guessed.err, HasSubstr("holds times: say by position which column is which, as in --columns "
                                           "user=0,item=1,time=2"));
    }
    EXPECT_EQ("", prepare("1,10,5,1700000000\n2,10,4,1700000100\n", "").err);
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
