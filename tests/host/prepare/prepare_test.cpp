#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "data/dataset_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::Finished;
using test::TemporaryDirectory;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Prepare : public testing::Test {
protected:
    Finished run(const std::string& arguments) { return test::run_alster("prepare " + arguments + " --out " + out_); }

    /// Runs with a log of this text.
    Finished prepare(const std::string& text, const std::string& arguments = "")
    {
        return run("--input " + write_file(directory_ / "log", text) + " " + arguments);
    }

    /// The same by several ranks; what mpirun itself says is left out.
    Finished on_ranks(int ranks, const std::string& arguments)
    {
        const std::string mpirun = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n ";
        Finished finished = test::run_command(
            fmt::format("{} {} {} prepare {} --out {}", mpirun, ranks, test::alster_program(), arguments, out_));
        std::istringstream all(std::exchange(finished.err, ""));
        for (std::string line; std::getline(all, line);)
            if (line.starts_with("alster: ")) finished.err += line + "\n";
        return finished;
    }

    /// One line on stderr that says so, this exit code, and nothing under the final name or beside it.
    void expect_refusal(const Finished& finished, int code, const std::string& message)
    {
        EXPECT_EQ(code, finished.code) << finished.err;
        EXPECT_THAT(finished.err, AllOf(StartsWith("alster: "), HasSubstr(message)));
        EXPECT_EQ(1, std::count(finished.err.begin(), finished.err.end(), '\n')) << finished.err;
        EXPECT_EQ("", finished.out);
        EXPECT_FALSE(std::filesystem::exists(out_));
        EXPECT_FALSE(test::has_temporary_files(std::filesystem::path(out_).parent_path()));
    }

    [[nodiscard]] std::string quarantine() const { return test::read_file(out_ + ".quarantine.tsv"); }
    [[nodiscard]] DatasetReader dataset() const { return DatasetReader(out_); }

    TemporaryDirectory directory_;
    std::string out_ = (directory_ / "data.h5").string();
};

Interactions all_of(const DatasetReader& data, Part part, Side side)
{
    return data.interactions(part, side, {0, data.rows(side)});
}

TEST_F(Prepare, WritesInteractionsByUserAndByItemWithIdsAndEvents)
{
    ASSERT_EQ(0, prepare("b,x,2,30\na,y,3,10\nb,y,4,20\na,y,5,5\n").code);

    const DatasetReader data = dataset();
    EXPECT_EQ(2, data.info().users);
    EXPECT_EQ(3, data.info().interactions);
    EXPECT_EQ(30, data.info().watermark);
    EXPECT_EQ(3, data.info().value_mean);
    EXPECT_FALSE(data.info().weighted);
    EXPECT_EQ("a", data.ids(Side::users, {0, 2}).text(0));
    EXPECT_EQ("y", data.ids(Side::items, {0, 2}).text(1));
    const Interactions users = all_of(data, Part::train, Side::users);
    EXPECT_THAT(users.offsets, ElementsAre(0, 1, 3));
    EXPECT_THAT(users.columns, ElementsAre(1, 0, 1));
    EXPECT_THAT(users.values, ElementsAre(3, 2, 4));
    EXPECT_THAT(data.times(Part::train, {0, 2}), ElementsAre(10, 30, 20));
    EXPECT_THAT(data.times(Part::train, {1, 2}), ElementsAre(30, 20));
    const Interactions items = all_of(data, Part::train, Side::items);
    EXPECT_THAT(items.offsets, ElementsAre(0, 1, 3));
    EXPECT_THAT(items.columns, ElementsAre(1, 0, 1));
    EXPECT_THAT(items.values, ElementsAre(2, 3, 4));
    EXPECT_THAT(data.event_counts(Side::users, {0, 2}), ElementsAre(2, 2));
    EXPECT_THAT(data.last_events(Side::items, {0, 2}), ElementsAre(30, 20));
    EXPECT_FALSE(std::filesystem::exists(out_ + ".quarantine.tsv"));
}

TEST_F(Prepare, StoresWhatRulesMakeOfEvents)
{
    const auto rules =
        write_file(directory_ / "rules.toml",
                   "[event.play]\nbase = 1\nper_value = 3\nhalf_life_days = 1\n[event.down]\npreference = 0\n");
    ASSERT_EQ(0, prepare("u,i,1,86400,play\nu,i,1,172800,play\nu,j,1,172800,down\nu,i,1,172800,down\n",
                         "--columns user=0,item=1,value=2,time=3,event=4 --rules " + rules)
                     .code);

    const Interactions users = all_of(dataset(), Part::train, Side::users);
    EXPECT_TRUE(dataset().info().weighted);
    EXPECT_THAT(users.confidences, ElementsAre(2 + 4 + 1, 1));
    EXPECT_THAT(users.preferences, ElementsAre(testing::FloatEq(6.0F / 7), 0));
    EXPECT_THAT(users.values, ElementsAre(3, 1));
    EXPECT_THAT(dataset().info().provenance, HasSubstr("per_value"));
    EXPECT_THAT(users.roles, ElementsAre(consumed_role | disliked_role, disliked_role));
    EXPECT_THAT(all_of(dataset(), Part::train, Side::items).roles, users.roles);
    EXPECT_THAT(dataset().event_counts(Side::items, {0, 2}), ElementsAre(2, 0));
}

TEST_F(Prepare, StoresNoRolesWhereEveryEventConsumedItsItem)
{
    const auto rules = write_file(directory_ / "rules.toml", "[default]\nlike_from = 4\ndislike_to = 2\n");
    ASSERT_EQ(0, prepare("u,i,5\nu,j,3\n", "--rules " + rules).code);
    EXPECT_FALSE(dataset().file().contains("/train/by_user/role"));
    ASSERT_EQ(0, prepare("u,i,5\nu,j,1\n", "--rules " + rules).code);
    EXPECT_TRUE(dataset().file().contains("/train/by_user/role"));
}

TEST_F(Prepare, KeepsAHeldOutPlayOfATitleThatWasShownBefore)
{
    const auto rules =
        write_file(directory_ / "rules.toml", "[event.play]\n[event.shown]\nrole = \"shown\"\nbase = 0.1\n");
    ASSERT_EQ(0, prepare("u,i,1,100,shown\nu,j,1,200,play\nu,i,1,300,play\nu,j,1,400,play\n",
                         "--columns user=0,item=1,value=2,time=3,event=4 --split time:0.5 --rules " + rules)
                     .code);
    const Interactions held = all_of(dataset(), Part::holdout, Side::users);
    EXPECT_THAT(held.columns, ElementsAre(0));
    EXPECT_THAT(held.roles, ElementsAre(consumed_role));
    EXPECT_THAT(all_of(dataset(), Part::train, Side::users).roles, ElementsAre(shown_role, consumed_role));
}

TEST_F(Prepare, HoldsOutATestFileButForUnknownUsersAndItemsAndTrainingPairs)
{
    const auto held = write_file(directory_ / "test", "1,11,4\n1,10,4\n3,10,4\n2,12,4\n");
    const Finished finished = prepare("1,10,5\n2,11,3\n", "--json --test " + held);

    ASSERT_EQ(0, finished.code) << finished.err;
    const auto json = nlohmann::json::parse(finished.out);
    EXPECT_EQ(1, json["held_out"]);
    EXPECT_EQ(1, json["held_dropped"]);
    EXPECT_EQ(2, json["test_unknown"]);
    EXPECT_EQ("file", dataset().info().split);
    EXPECT_THAT(all_of(dataset(), Part::holdout, Side::users).columns, ElementsAre(1));
}

TEST_F(Prepare, KeepsUsersAndItemsThatOnlyTheHoldoutKnowsAsColdRows)
{
    ASSERT_EQ(0, prepare("1,10,1,100\n1,11,1,200\n2,10,1,300\n2,13,1,900\n", "--split time:0.3").code);

    EXPECT_EQ(3, dataset().info().items);
    EXPECT_EQ(1, dataset().info().held_out);
    EXPECT_EQ(300, dataset().info().watermark);
    EXPECT_THAT(dataset().event_counts(Side::items, {0, 3}), ElementsAre(2, 1, 0));
}

TEST_F(Prepare, SaysThatRandomAndLeaveLastOutLeakAndATimeSplitDoesNot)
{
    const std::string log = "1,10,1,1600000100\n1,11,1,1600000200\n2,10,1,1600000300\n2,13,1,1600000900\n";
    EXPECT_THAT(prepare(log, "--split last:1").err, StartsWith("note: --split last:1 leaks"));
    EXPECT_EQ(2, dataset().info().held_out);
    EXPECT_THAT(prepare(log, "--split random:0.3").err, StartsWith("note: --split random:0.3 leaks"));
    EXPECT_EQ("", prepare(log, "--split time:0.3").err);
    EXPECT_EQ("", prepare(log).err);
}

TEST_F(Prepare, ReadsStandardInput)
{
    const auto log = test::write_gzip(directory_ / "log.gz", "1,2\n3,4\n");
    const Finished finished =
        test::run_command("cat " + log + " | " + test::alster_program() + " prepare --input - --out " + out_);

    ASSERT_EQ(0, finished.code) << finished.err;
    EXPECT_EQ(2, dataset().info().interactions);
}

TEST_F(Prepare, PutsBadLinesInTheQuarantineAndStopsAboveTheLimit)
{
    const std::string log = "u,i,1\nu,j,nan\nu,k,x\n";
    expect_refusal(prepare(log), 65, "2 of 3 lines cannot be used (66.7 %, --max-bad allows 0.1 %), first ");
    EXPECT_THAT(quarantine(),
                AllOf(StartsWith("file\tline\treason\ttext\n"),
                      HasSubstr("log\t2\tvalue is NaN: 'nan' in column 2, taken for the value"),
                      HasSubstr("log\t3\tvalue is not a number: 'x' in column 2"), HasSubstr("\tu,k,x\n")));
    const Finished tolerated = prepare(log, "--max-bad 0.7");
    EXPECT_EQ(0, tolerated.code);
    EXPECT_EQ(1, dataset().info().interactions);
    EXPECT_THAT(tolerated.out, HasSubstr("3 (2 quarantined)"));
}

TEST_F(Prepare, LeavesNoQuarantineOfAnEarlierRun)
{
    const auto items = write_file(directory_ / "items.csv", "item,title\nx\n");
    ASSERT_EQ(0, prepare("a,x,1\nb,x\n", "--max-bad 1 --items " + items).code);
    ASSERT_TRUE(std::filesystem::exists(out_ + ".quarantine.tsv"));
    ASSERT_TRUE(std::filesystem::exists(out_ + ".items.quarantine.tsv"));

    ASSERT_EQ(0, prepare("a,x,1\nb,x,2\n").code);
    EXPECT_FALSE(std::filesystem::exists(out_ + ".quarantine.tsv"));
    EXPECT_FALSE(std::filesystem::exists(out_ + ".items.quarantine.tsv"));
}

TEST_F(Prepare, RefusesEveryKindOfBadLineWhenNoneIsTolerated)
{
    const std::string columns = "--max-bad 0 --columns user=0,item=1,value=2,time=3,confidence=4";
    const std::vector<std::pair<std::string, const char*>> cases = {
        {"u,i,1,2", "missing column"},
        {"u,i,x,2,1", "value is not a number"},
        {"u,i,nan,2,1", "value is NaN"},
        {"u,i,inf,2,1", "value is infinite"},
        {"u,i,1,2,-1", "confidence is negative"},
        {std::string(256, 'u') + ",i,1,2,1", "id is longer than 255 bytes"},
        {std::string("u\0,i,1,2,1", 10), "NUL byte"},
        {"u,\xff,1,2,1", "id is not UTF-8"},
        {"u,i,1,x,1", "time is neither"},
    };
    for (const auto& [line, reason] : cases)
        expect_refusal(prepare("a,b,1,2,1\n" + line + "\n", columns), 65, fmt::format("log:2: {}", reason));
}

TEST_F(Prepare, TakesWindowsLinesAndAByteOrderMark)
{
    ASSERT_EQ(0, prepare("\xEF\xBB\xBF"
                         "1,2,5\r\n3,4,5\r\n",
                         "--max-bad 0")
                     .code);
    EXPECT_EQ(IdKind::int64, dataset().ids(Side::users, {0, 2}).kind);
}

TEST_F(Prepare, RefusesFilesThatCannotBeRead)
{
    expect_refusal(run("--input " + (directory_ / "none").string()), 65, "none: cannot be read: No such file");
    expect_refusal(prepare(""), 65, "no interactions in the input");
    expect_refusal(prepare("user,item\n", "--header"), 65, "no interactions in the input");
    expect_refusal(prepare("user,item\n1,2\n", "--header --columns user=user,item=movie"), 65, "no column 'movie'");
    test::write_gzip(directory_ / "gz", "1,2\n3,4\n");
    const std::string packed = test::read_file(directory_ / "gz");
    expect_refusal(prepare(packed.substr(0, packed.size() - 4)), 65, "log: the gzip data is truncated");
    expect_refusal(prepare(packed + "1,2\n"), 65, "log: the gzip data is damaged");
}

TEST_F(Prepare, RefusesASplitThatLeavesNothing)
{
    expect_refusal(prepare("1,10,1,100\n", "--split random:0.999999"), 65, "no interactions are left");
    expect_refusal(prepare("1,10\n", "--split time:0.5"), 64, "the log has no times");
}

TEST_F(Prepare, RefusesOptionsAndRulesThatItDoesNotUnderstand)
{
    expect_refusal(prepare("1,2\n", "--frobnicate"), 64, "frobnicate");
    expect_refusal(prepare("1,2\n", "--format parquet"), 64, "--format: 'parquet' is not one of");
    expect_refusal(prepare("1,2\n", "--split half"), 64, "--split: 'half'");
    expect_refusal(prepare("1,2\n", "--columns user=0"), 64, "--columns must name user and item");
    expect_refusal(prepare("1,2\n", "--max-bad 2"), 64, "max-bad");
    const auto rules = write_file(directory_ / "rules.toml", "[default]\nbase = 1\nper_value = -2\n");
    expect_refusal(prepare("1,2\n", "--rules " + rules), 78, "rules.toml:3: 'per_value' is -2");
    const auto plays = write_file(directory_ / "plays.toml", "[event.play]\n");
    expect_refusal(prepare("1,2,1,9,stop\n", "--columns user=0,item=1,event=4 --rules " + plays), 65,
                   "event type without a rule");
}

TEST_F(Prepare, RefusesAnOutputThatCannotBeMade)
{
    out_ = (directory_ / "nowhere" / "data.h5").string();
    expect_refusal(prepare("1,2\n"), 73, "there is no directory");
}

TEST_F(Prepare, KeepsAnEarlierOutputWhenItFails)
{
    ASSERT_EQ(0, prepare("1,2,5\n").code);
    const std::string before = test::read_file(out_);
    EXPECT_EQ(65, prepare("1,2,x\n").code);
    EXPECT_EQ(before, test::read_file(out_));
}

TEST_F(Prepare, RefusesStandardInputOnSeveralRanks)
{
    expect_refusal(on_ranks(2, "--input -"), 64, "standard input (-) is read by one rank");
}

TEST_F(Prepare, AFileThatOneRankCannotReadEndsAllWithItsMessage)
{
    test::write_file(directory_ / "plain", std::string(200, '\n') + "1,2\n");
    test::write_gzip(directory_ / "gz", "1,2\n3,4\n");
    const std::string packed = test::read_file(directory_ / "gz");
    test::write_file(directory_ / "cut", packed.substr(0, packed.size() - 4));
    const auto log = [&](const char* name) { return " " + (directory_ / name).string(); };
    expect_refusal(on_ranks(3, "--input" + log("plain") + log("cut")), 65, "cut: the gzip data is truncated (rank 2");
}

TEST_F(Prepare, AnExtendedDatasetCanBeTrainedAndEvaluated)
{
    ASSERT_EQ(0, prepare("9,90,1,5\n8,80,1,6\n").code);
    const std::string old = (directory_ / "old.h5").string();
    std::filesystem::rename(out_, old);
    std::string log;
    for (int i = 0; i < 60; ++i) log += fmt::format("{},{},1,{}\n", i % 7, i % 11, i + 1);
    const Finished finished = prepare(log, "--extend " + old + " --split time:0.1");
    ASSERT_EQ(0, finished.code) << finished.err;
    EXPECT_THAT(finished.out, AllOf(HasSubstr("users         9 (7 new)"), HasSubstr("items         13 (11 new)")));

    const std::string run = (directory_ / "run").string();
    ASSERT_EQ(0, test::run_alster("train --data " + out_ + " --factors 4 --sweeps 2 --out " + run).code);
    const Finished evaluated = test::run_alster("evaluate --model " + run + "/model.h5 --data " + out_);
    EXPECT_EQ(0, evaluated.code) << evaluated.err;
    EXPECT_EQ(65, prepare(log, "--extend " + (directory_ / "nothing.h5").string()).code);
}

class PrepareRealData : public Prepare {
protected:
    void SetUp() override { ALSTER_NEEDS_REAL_DATA(); }
    static std::string data(const char* name) { return (test::real_data() / name).string(); }
};

TEST_F(PrepareRealData, Ml100kWithTitlesGenresAndFold)
{
    const Finished finished = run("--input " + data("ml-100k/u1.base") + " --format movielens --max-bad 0 --items " +
                                  data("ml-100k/u.item") + " --test " + data("ml-100k/u1.test"));
    ASSERT_EQ(0, finished.code) << finished.err;

    const DatasetReader set = dataset();
    EXPECT_EQ(943, set.info().users);
    EXPECT_EQ(80'000, set.info().interactions);
    EXPECT_LE(set.info().held_out, 20'000);
    EXPECT_GE(set.info().held_out, 19'900);  // but for items that only the test part rates
    const IdColumn items = set.ids(Side::items, {0, set.info().items});
    const auto of = [&](const char* name, Row row) {
        return set.attribute(Side::items, name, {row, row + 1}).shown(0);
    };
    const auto toy_story = IdLookup(items).find("1");
    ASSERT_TRUE(toy_story);
    EXPECT_EQ("Toy Story (1995)", of("title", *toy_story));
    EXPECT_EQ("Animation|Children's|Comedy", of("genres", *toy_story));
    const auto miserables = IdLookup(items).find("1002");
    if (miserables) {
        EXPECT_EQ(IdKind::int64, items.kind);
    }
}

TEST_F(PrepareRealData, Ml1mWithATimeSplitAndTitles)
{
    const Finished finished =
        run("--input " + data("ml-1m/ratings_ge4.dat.gz") + " --format movielens --max-bad 0 --items " +
            data("ml-1m/movies.dat") + " --split time:0.1");
    ASSERT_EQ(0, finished.code) << finished.err;

    const DatasetInfo info = dataset().info();
    EXPECT_EQ(575'281, info.interactions + info.held_out);
    EXPECT_NEAR(57'528, static_cast<double>(info.held_out), 100);
    EXPECT_EQ(4, info.value_min);
    EXPECT_EQ(5, info.value_max);
}

TEST_F(PrepareRealData, NcfPairs)
{
    const Finished finished = run("--input " + data("ml-1m-ncf/ml-1m.train.pairs.gz") +
                                  " --format pairs --max-bad 0 --test " + data("ml-1m-ncf/ml-1m.test.rating"));
    ASSERT_EQ(0, finished.code) << finished.err;

    const DatasetInfo info = dataset().info();
    EXPECT_EQ(6'040, info.users);
    EXPECT_EQ(994'169, info.interactions);
    EXPECT_EQ(1, info.value_min);
    EXPECT_EQ(1, info.value_max);
    EXPECT_GE(info.held_out, 6'030);
}

TEST_F(PrepareRealData, LastFmPlayCounts)
{
    const Finished finished =
        run("--input " + data("lastfm-hetrec/user_artists.dat.gz") +
            " --format tsv --header --columns user=userID,item=artistID,value=weight --max-bad 0 --items " +
            data("lastfm-hetrec/artists.dat"));
    ASSERT_EQ(0, finished.code) << finished.err;

    const DatasetInfo info = dataset().info();
    EXPECT_EQ(1'892, info.users);
    EXPECT_EQ(17'632, info.items);
    EXPECT_EQ(92'834, info.interactions);
    EXPECT_EQ(352'698, info.value_max);
}

}  // namespace
}  // namespace alster
