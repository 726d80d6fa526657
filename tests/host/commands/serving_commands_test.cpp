#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/hdf5_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/reseal.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using nlohmann::json;
using test::run_alster;
using testing::HasSubstr;

/// A small trained model with titles, made once. Users u0 … u199 like items of their own parity.
class ServingCommands : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        constexpr int places[] = {0, 1, 2, 4, 7, 8, 11, 15, 5};  // the last one is held out
        std::string train;
        std::string held;
        std::string titles = "item,title\n";
        for (int i = 0; i < 40; ++i) titles += fmt::format("i{},Film {}\n", i, i);
        for (int u = 0; u < 200; ++u)
            for (int n = 0; n < 9; ++n) {
                const int item = u % 2 + 2 * ((u / 2 + places[n]) % 20);
                (n == 8 ? held : train) += fmt::format("u{},i{},{}\n", u, item, 1 + (u + n) % 5);
            }
        test::write_file(*directory_ / "train.csv", train);
        test::write_file(*directory_ / "held.csv", held);
        test::write_file(*directory_ / "items.csv", titles);
        expect_done(
            "prepare --input {0}/train.csv --format csv --columns user=0,item=1,value=2 --test {0}/held.csv "
            "--items {0}/items.csv --out {0}/data.h5");
        expect_done("train --data {0}/data.h5 --factors 6 --reg 0.01 --sweeps 5 --out {0}/run");
        expect_done(
            "train --data {0}/data.h5 --objective explicit --factors 3 --reg 0.05 --sweeps 3 --out {0}/ratings");
        if (const char* backend = std::getenv("ALSTER_EXPECTED_BACKEND")) {  // what --backend auto should have taken
            const auto log = test::read_file(*directory_ / "run/metrics.jsonl");
            ASSERT_THAT(log, HasSubstr(fmt::format(R"("backend":"{}")", backend)));
        }
    }
    static void TearDownTestSuite() { delete directory_; }

    static std::string filled_in(const std::string& arguments)
    {
        return fmt::format(fmt::runtime(arguments), directory_->path().string(),
                           fmt::format("--model {0}/run/model.h5 --data {0}/data.h5", directory_->path().string()));
    }

    /// {0}: the directory; {1}: --model and --data
    static test::Finished alster(const std::string& arguments) { return run_alster(filled_in(arguments)); }

    static test::Finished alster_on_ranks(int ranks, const std::string& arguments)
    {
        return test::run_command(fmt::format("OMP_NUM_THREADS=1 mpirun --allow-run-as-root --oversubscribe -n {} {} {}",
                                             ranks, test::alster_program(), filled_in(arguments)));
    }

    static void expect_done(const std::string& arguments)
    {
        const auto result = alster(arguments);
        ASSERT_EQ(result.code, 0) << arguments << '\n' << result.err;
    }

    static void expect_refused(const std::string& arguments, int code, const std::string& text)
    {
        const auto result = alster(arguments);
        EXPECT_EQ(result.code, code) << arguments << '\n' << result.err;
        EXPECT_THAT(result.err, HasSubstr(text)) << arguments;
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* ServingCommands::directory_ = nullptr;

TEST_F(ServingCommands, EvaluatePrintsMetricsBesidePopularity)
{
    const auto text = alster("evaluate {1}");
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("popularity"));
    const auto result = json::parse(alster("evaluate {1} --k 5,10 --json").out);
    EXPECT_GT(result["hr@10"], result["popularity_hr@10"]);
    EXPECT_LE(result["recall@5_low"], result["recall@5"]);
    EXPECT_FALSE(result.contains("rmse"));
}

TEST_F(ServingCommands, AnAuditFindsDislikesWhereListsSayThatTheyLeaveThemOut)
{
    std::string log;
    for (int u = 0; u < 12; ++u)
        for (int i = 0; i < 4; ++i) log += fmt::format("u{},i{},{}\n", u, (u + i) % 12, i == 0 ? "down" : "play");
    test::write_file(*directory_ / "votes.csv", log);
    test::write_file(*directory_ / "votes.toml", "[event.play]\n[event.down]\npreference = 0\n");
    test::write_file(*directory_ / "all.toml", "unknown_users = \"all\"\n[[class]]\nname = \"all\"\n");
    expect_done(
        "prepare --input {0}/votes.csv --columns user=0,item=1,event=2 --rules {0}/votes.toml --out {0}/votes.h5");
    expect_done("train --data {0}/votes.h5 --factors 3 --sweeps 2 --out {0}/votes");
    expect_done("recommend --model {0}/votes --data {0}/votes.h5 --all --k 12 --out {0}/votes-lists.h5");
    const auto audit = [&] {
        return alster("audit {0}/votes-lists.h5 --data {0}/votes.h5 --eligibility {0}/all.toml --at 2026-01-01 --json");
    };
    EXPECT_EQ(0, audit().code);

    const auto say = [&](const char* words) {
        test::alter(*directory_ / "votes-lists.h5",
                    [&](hid_t file) { test::set_attribute(file, "excluded", std::string_view(words)); });
    };
    say("consumed in training, disliked");  // which every user is shown once
    const auto found = audit();
    EXPECT_EQ(10, found.code) << found.err;
    EXPECT_EQ(12, json::parse(found.out)["by_clause"]["disliked by the user"]);
    say("what was watched");
    EXPECT_EQ(65, audit().code);
}

TEST_F(ServingCommands, TheChosenBackendAndTheReasonAreSaid)
{
    const char* expected = std::getenv("ALSTER_EXPECTED_BACKEND");
    const std::string chosen = expected ? fmt::format("alster: {} backend (every rank has a GPU)\n", expected)
                                        : "alster: cpu backend (no GPU: ";
    for (const char* arguments : {"evaluate {1} --json", "recommend {1} --all --out {0}/said.jsonl",
                                  "similar --model {0}/run/model.h5 --all --out {0}/said.jsonl"})
        EXPECT_THAT(alster(arguments).err, HasSubstr(chosen)) << arguments;
    EXPECT_THAT(alster("recommend {1} --user u0").err, HasSubstr("alster: cpu backend (a few lists are made before"));
    EXPECT_THAT(alster("recommend {1} --user u0 --backend cpu").err, HasSubstr("alster: cpu backend (asked for)"));
}

TEST_F(ServingCommands, EvaluateGivesTheSameDigitsOnAnyNumberOfRanks)
{
    for (const std::string arguments :
         {"evaluate {1} --json", "evaluate --model {0}/ratings/model.h5 --data {0}/data.h5 --json"}) {
        const auto alone = alster(arguments);
        EXPECT_EQ(alone.code, 0) << alone.err;
        for (const int ranks : {2, 3}) {
            const auto together = alster_on_ranks(ranks, arguments);
            EXPECT_EQ(together.code, 0) << together.err;
            EXPECT_TRUE(together.out == alone.out) << ranks << " ranks print other digits";
        }
    }
}

TEST_F(ServingCommands, EvaluateMeasuresRatingsOfAnExplicitModel)
{
    const auto result = json::parse(alster("evaluate --model {0}/ratings/model.h5 --data {0}/data.h5 --json").out);
    for (const char* key : {"rmse", "mae", "mean_rmse", "bias_rmse", "ndcg@10"})
        EXPECT_GT(result[key].get<double>(), 0) << key;
}

TEST_F(ServingCommands, EvaluateRanksGivenCandidates)
{
    test::write_file(*directory_ / "candidates", "(u0,i0)\ti1\ti3\n(u1,i1)\ti0\tno\n");
    const auto result = json::parse(alster("evaluate {1} --candidates {0}/candidates --k 1 --json").out);
    EXPECT_EQ(result["lists"], 2);
    EXPECT_EQ(result["unknown_items"], 1);
    EXPECT_EQ(result["hr@1"], 1);
    test::write_file(*directory_ / "broken", "u0 i0 i1\n");
    expect_refused("evaluate {1} --candidates {0}/broken", 65, "broken:1:");
    expect_refused("evaluate {1} --candidates {0}/missing", 65, "missing");
}

TEST_F(ServingCommands, RecommendShowsTitlesOfUnseenItems)
{
    const auto text = alster("recommend {1} --user u2 --k 3");
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("Film "));
    const auto lists = json::parse(alster("recommend {1} --user u2 u3 --k 40 --json").out)["lists"];
    ASSERT_EQ(lists.size(), 2);
    EXPECT_EQ(lists[1]["user"], "u3");
    const auto all = json::parse(alster("recommend {1} --user u2 --k 40 --include-seen --json").out)["lists"][0];
    EXPECT_LT(lists[0]["filled"], all["filled"]);
    EXPECT_THAT(alster("recommend {1} --user u2 --k 41").out, HasSubstr("of the other items 9 are excluded"));
}

TEST_F(ServingCommands, AnUnknownUserGetsWhatIsPopularAndIsCounted)
{
    test::write_file(*directory_ / "ids", "x\nu1\ny\n");
    const auto shown = json::parse(alster("recommend {1} --users {0}/ids --k 4 --json").out);
    EXPECT_EQ(shown["users"], 3);
    EXPECT_EQ(shown["unknown_users"], 2);
    EXPECT_EQ(shown["fallback_users"], 0);
    EXPECT_EQ(shown["lists"][0]["reason"], "unknown-user");
    EXPECT_EQ(shown["lists"][0]["user"], "x");
    EXPECT_EQ(shown["lists"][1]["reason"], "model");
    EXPECT_EQ(shown["lists"][0]["items"], shown["lists"][2]["items"]);
    EXPECT_EQ(shown["lists"][0]["filled"], 4);
    const auto text = alster("recommend {1} --user u1 nobody --k 2");
    EXPECT_EQ(text.code, 0);
    EXPECT_THAT(text.out, HasSubstr("user nobody: unknown to the model, so the most popular items"));
    EXPECT_THAT(text.err, HasSubstr("alster: 2 lists, 1 for an unknown user: what is popular\n"));
    const auto written = alster("recommend {1} --users {0}/ids --out {0}/some.jsonl");
    EXPECT_THAT(written.out, HasSubstr("some.jsonl: 3 lists, 2 for unknown users: what is popular"));
}

TEST_F(ServingCommands, WhatWasHeldOutIsSaidAndNotListed)
{
    const auto lists = [&](const std::string& options) {
        return json::parse(alster("recommend {1} --user u2 --k 40 --json " + options).out)["lists"][0]["items"];
    };
    const std::string held = "i12";  // item u % 2 + 2 ((u / 2 + 5) % 20) of user 2
    EXPECT_THAT(lists(""), testing::Not(testing::Contains(held)));
    EXPECT_THAT(lists("--allow-held-out"), testing::Contains(held));
    EXPECT_THAT(lists("--include-seen"), testing::Contains(held));
    const auto said = alster("recommend {1} --user u2").err;
    EXPECT_THAT(said, HasSubstr("200 held-out interactions"));
    EXPECT_THAT(said, HasSubstr("not learned from, their titles are excluded: to serve, prepare with --split none"));
    expect_refused("recommend {1} --user u2 --include-seen --exclude-disliked", 64, "--exclude-disliked");
    // what a model of other data has learned from is not known
    expect_done("prepare --input {0}/train.csv {0}/held.csv --columns user=0,item=1,value=2 --out {0}/all.h5");
    expect_done("train --data {0}/all.h5 --factors 2 --sweeps 1 --out {0}/of-all");
    const auto other = alster("recommend --model {0}/of-all/model.h5 --data {0}/data.h5 --user u2").err;
    EXPECT_THAT(other, HasSubstr("was trained on other interactions"));
    EXPECT_THAT(other, HasSubstr("may have been learned from or not, as the model was trained on other data"));
    EXPECT_THAT(other, testing::Not(HasSubstr("were not learned from")));
}

TEST_F(ServingCommands, ScoresOfRatingsAreRatings)
{
    const auto shown =
        json::parse(alster("recommend --model {0}/ratings/model.h5 --data {0}/data.h5 --user u2 --k 40 --json").out);
    EXPECT_EQ(shown["objective"], "explicit");
    EXPECT_EQ(shown["score"], "mean + dot(user.factors, item.factors)");
    EXPECT_NEAR(shown["mean"].get<double>(), 3, 0.1);
    double sum = 0;
    for (const double score : shown["lists"][0]["scores"]) sum += score;
    EXPECT_NEAR(sum / shown["lists"][0]["filled"].get<double>(), 3, 1);
}

TEST_F(ServingCommands, RecommendRefusesAnUnknownUserByName)
{
    EXPECT_EQ(json::parse(alster("recommend {1} --user ' u1 ' u2 --strict-users --json").out)["unknown_users"], 0);
    expect_refused("recommend {1} --user u1 nobody --strict-users", 65, "user 'nobody' is unknown");
    test::write_file(*directory_ / "ids", "x\nu1\ny\n");
    expect_refused("recommend {1} --users {0}/ids --strict-users", 65, "user 'x' is unknown");
    expect_refused("recommend {1} --users {0}/ids --strict-users", 65, "1 more");
    expect_refused("recommend {1}", 64, "");
    expect_refused("recommend {1} --all", 64, "--out");
    expect_refused("recommend {1} --user u1 --k 0", 64, "--k");
    expect_refused("recommend {1} --all --out {0}/lists.csv", 64, "lists.csv: lists are written to .h5 or .jsonl");
    expect_refused("similar {1} --all --out {0}/lists", 64, "alster export similar.h5 --to csv");
    expect_refused("recommend {1} --all --out {0}/no/lists.h5", 73, "lists.h5");
    expect_refused("recommend {1} --all --out {0}/no/lists.jsonl", 73, "lists.jsonl");
}

TEST_F(ServingCommands, RecommendWritesTheSameListsForAllOnAnyNumberOfRanks)
{
    expect_done("recommend {1} --all --k 7 --out {0}/one.h5");
    expect_done("recommend {1} --all --k 7 --out {0}/one.jsonl");
    const auto one = Hdf5File::open(*directory_ / "one.h5");
    EXPECT_EQ(one.shape("/topk/home/item").rows, 200);
    for (const int ranks : {2, 5}) {  // 200 users are 4 chunks: the fifth rank has none
        EXPECT_EQ(alster_on_ranks(ranks, "recommend {1} --all --k 7 --out {0}/many.h5").code, 0);
        const auto many = Hdf5File::open(*directory_ / "many.h5");
        EXPECT_EQ(many.read<std::int32_t>("/topk/home/item"), one.read<std::int32_t>("/topk/home/item"));
        EXPECT_EQ(many.read<float>("/topk/home/score"), one.read<float>("/topk/home/score"));
        EXPECT_EQ(many.read_text("/users/id").bytes, one.read_text("/users/id").bytes);
        EXPECT_EQ(alster_on_ranks(ranks, "recommend {1} --all --k 7 --out {0}/many.jsonl").code, 0);
        EXPECT_EQ(test::read_file(*directory_ / "many.jsonl"), test::read_file(*directory_ / "one.jsonl"));
    }
}

TEST_F(ServingCommands, SimilarListsItemsOfTheSameTaste)
{
    const auto result = json::parse(alster("similar {1} --item i4 --k 5 --json").out)["lists"][0];
    ASSERT_EQ(result["filled"], 5);
    for (const std::string id : result["items"]) {
        EXPECT_NE(id, "i4");
        EXPECT_EQ(std::stoi(id.substr(1)) % 2, 0) << id;
    }
    EXPECT_THAT(alster("similar {1} --item i4").out, HasSubstr("Film 4"));
    expect_refused("similar {1} --item nothing", 65, "item 'nothing' is unknown");
    expect_done("similar --model {0}/ratings/model.h5 --all --k 3 --out {0}/similar.h5");
    EXPECT_EQ(Hdf5File::open(*directory_ / "similar.h5").shape("/similar/items/item").width, 3);
}

TEST_F(ServingCommands, FilesThatDoNotBelongTogetherAreRefused)
{
    test::write_file(*directory_ / "other.csv", "a,b,1\nc,d,2\n");
    expect_done(
        "prepare --input {0}/other.csv --format csv --columns user=0,item=1,value=2 --test {0}/other.csv "
        "--out {0}/other.h5");
    for (const std::string command : {"evaluate", "recommend --user u1", "similar --item i4"})
        expect_refused(command + " --model {0}/run/model.h5 --data {0}/other.h5", 65, "was not trained on");
    expect_refused("evaluate --model {0}/data.h5 --data {0}/data.h5", 65, "data.h5");
    expect_refused("evaluate --model {0}/run/model.h5 --data {0}/missing.h5", 65, "missing.h5");
    expect_refused("evaluate --model {0}/train.csv --data {0}/data.h5", 65, "train.csv");
}

}  // namespace
}  // namespace alster
