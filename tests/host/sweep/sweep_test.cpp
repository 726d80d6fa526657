#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/model_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

namespace fs = std::filesystem;

using nlohmann::json;
using test::Finished;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// Sweeps over a dataset made once from a small planted log.
class Sweep : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        const Interactions R = test::planted_interactions(150, 70);
        std::ostringstream log;
        for (Row u = 0; u < R.rows(); ++u)
            for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k)
                log << u << ',' << R.columns[k] << ',' << R.values[k] << '\n';
        const auto text = test::write_file(*directory_ / "log.csv", log.str());
        for (const auto& [part, name] :
             {std::pair{"random:0.1", "data.h5"}, {"random:0.2", "other.h5"}, {"none", "whole.h5"}})
            ASSERT_EQ(0, alster("prepare --input {} --split {} --out {}", text, part, path(name)).code);
        test::write_file(*directory_ / "sweep.toml",
                         "sweeps = 3\n[grid]\nreg = [0.5, 0.01]\nfactors = [2, 5]\n[[run]]\nsweeps = 2\nseed = 7\n");
    }
    static void TearDownTestSuite() { delete std::exchange(directory_, nullptr); }

    static std::string path(const std::string& name) { return (*directory_ / name).string(); }

    template <class... Args>
    static Finished alster(fmt::format_string<Args...> format, Args&&... args)
    {
        return test::run_alster(fmt::format(format, std::forward<Args>(args)...));
    }

    static Finished train(int index, const std::string& sweep, const std::string& more = "",
                          const std::string& data = "data.h5")
    {
        return alster("sweep {} --index {} --data {} --out {} {}", path("sweep.toml"), index, path(data), path(sweep),
                      more);
    }

    static std::vector<std::string> names_of(const json& report)
    {
        std::vector<std::string> names;
        for (const auto& run : report["runs"]) names.push_back(run["run"]);
        return names;
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* Sweep::directory_ = nullptr;

TEST_F(Sweep, RunsAreTheCombinationsInTheFilesOrderAndThenTheSingleOnes)
{
    const auto runs = json::parse(alster("sweep {} --json", path("sweep.toml")).out);
    ASSERT_EQ(5U, runs.size());
    EXPECT_EQ(runs[1], (json{{"reg", "0.5"}, {"factors", "5"}, {"sweeps", "3"}}));
    EXPECT_EQ(runs[2], (json{{"reg", "0.01"}, {"factors", "2"}, {"sweeps", "3"}}));
    EXPECT_EQ(runs[4], (json{{"sweeps", "2"}, {"seed", "7"}}));
    EXPECT_EQ("0-4\n", alster("sweep {} --array", path("sweep.toml")).out);
    EXPECT_THAT(alster("sweep {}", path("sweep.toml")).out, HasSubstr("    2  reg 0.01, factors 2, sweeps 3\n"));
}

TEST_F(Sweep, ARunHasTheBitsOfTrainWithTheSameOptions)
{
    const auto finished = test::run_command(
        fmt::format("mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 {} sweep {} --index 3 --data {} "
                    "--alpha0 0.5 --out {}",
                    test::alster_program(), path("sweep.toml"), path("data.h5"), path("bits")));
    ASSERT_EQ(0, finished.code) << finished.err;
    ASSERT_EQ(0, alster("train --data {} --alpha0 0.5 --factors 5 --reg 0.01 --sweeps 3 --out {}", path("data.h5"),
                        path("alone"))
                     .code);
    const ModelReader of_sweep(path("bits/003/model.h5"));
    const ModelReader alone(path("alone/model.h5"));
    EXPECT_EQ(alone.info().config, of_sweep.info().config);
    const RowRange users{0, alone.rows(Side::users)};
    EXPECT_EQ(alone.factors(Side::users, users), of_sweep.factors(Side::users, users));
}

TEST_F(Sweep, AStoppedRunEndsWith75AndIsFinishedByTheSameCommand)
{
    EXPECT_EQ(75, train(0, "stopped", "--stop-after-minutes 1e-9").code);
    EXPECT_EQ(0, train(0, "stopped").code);
    const auto again = train(0, "stopped");
    EXPECT_EQ(0, again.code);
    EXPECT_THAT(again.out, HasSubstr("is finished already"));
}

TEST_F(Sweep, TheReportRanksFinishedRunsAndNamesTheRest)
{
    for (const int index : {0, 1, 3}) ASSERT_EQ(0, train(index, "report").code);
    EXPECT_EQ(75, train(2, "report", "--stop-after-minutes 1e-9").code);
    const auto report = json::parse(alster("sweep-report {} --json", path("report")).out);
    EXPECT_EQ("ndcg@10", report["metric"]);
    EXPECT_EQ(3, report["finished"]);
    EXPECT_EQ("unfinished", report["runs"][3]["state"]);
    EXPECT_EQ("002", report["runs"][3]["run"]);
    for (int n = 0; n < 2; ++n) EXPECT_GE(report["runs"][n]["ndcg@10"], report["runs"][n + 1]["ndcg@10"]);
    const auto& winner = report["runs"][0];
    EXPECT_EQ(winner["run"], report["winner"]);
    EXPECT_LT(winner["ndcg@10_low"], winner["ndcg@10"]);
    EXPECT_GT(winner["ndcg@10_high"], winner["ndcg@10"]);
    const ModelReader model(report["model"].get<std::string>());
    EXPECT_EQ(winner["ndcg@10"], json::parse(model.info().evaluation)["ndcg@10"]);
    const auto text = alster("sweep-report {}", path("report"));
    EXPECT_THAT(text.out, StartsWith("run  factors  reg "));
    EXPECT_THAT(text.out, HasSubstr("The winner's figure is optimistic"));
}

/// The directory of a finished run as training leaves it, with a figure of choice.
void write_run(const fs::path& directory, int factors, const std::string& metric, double value, double half_width,
               const std::string& data = "d")
{
    fs::create_directories(directory);
    test::write_file(directory / "config.resolved.toml",
                     fmt::format("out=\"{}\"\nfactors={}\nreg=0.003\n", directory.string(), factors));
    const json start{{"event", "start"}, {"data", data}};
    const json end{{"event", "end"},
                   {"sweeps", 4},
                   {"best_sweep", 3},
                   {"seconds", 2.5},
                   {metric, value},
                   {metric + "_low", value - half_width},
                   {metric + "_high", value + half_width}};
    test::write_file(directory / "metrics.jsonl", start.dump() + "\n" + end.dump() + "\n{\"event\":\"sta");
}

TEST_F(Sweep, WithinTheWinnersIntervalTheFewestFactorsAreTheCheapest)
{
    for (const auto& [metric, sign] : {std::pair{"ndcg@10", 1.0}, {"rmse", -1.0}}) {
        const fs::path sweep = path(std::string("interval") + metric);
        write_run(sweep / "000", 16, metric, 0.5 + sign * 0.10, 0.03);   // the winner
        write_run(sweep / "001", 8, metric, 0.5 + sign * 0.08, 0.03);    // within
        write_run(sweep / "002", 12, metric, 0.5 + sign * 0.075, 0.03);  // within
        write_run(sweep / "003", 4, metric, 0.5 + sign * 0.06, 0.03);    // below it, though its own interval reaches in
        const auto report = json::parse(alster("sweep-report {} --json", sweep.string()).out);
        EXPECT_THAT(names_of(report), ElementsAre("000", "001", "002", "003"));
        EXPECT_EQ("000", report["winner"]);
        EXPECT_THAT(report["within_interval"], ElementsAre("001", "002"));
        EXPECT_EQ("001", report["cheapest"]);
        EXPECT_THAT(alster("sweep-report {}", sweep.string()).out, HasSubstr("3 of 4"));
    }
}

TEST_F(Sweep, TheReportSaysWhereTheWinnerDoesNotBeatTheBestBaseline)
{
    for (const auto& [metric, baseline, key, value, wins] :
         {std::tuple{"ndcg@10", "popularity", "popularity_ndcg@10", 0.45, true},
          {"ndcg@10", "popularity", "popularity_ndcg@10", 0.5, false},
          {"rmse", "biases", "bias_rmse", 0.55, true},
          {"rmse", "mean", "mean_rmse", 0.45, false}}) {
        const fs::path sweep = path(fmt::format("baseline{}{}", key, value));
        write_run(sweep / "000", 16, metric, 0.5, 0.03);
        const json end{{"event", "end"},
                       {"sweeps", 4},
                       {"seconds", 2.5},
                       {metric, 0.5},
                       {fmt::format("{}_low", metric), 0.47},
                       {fmt::format("{}_high", metric), 0.53},
                       {"baseline", baseline},
                       {key, value}};
        std::ofstream(sweep / "000/metrics.jsonl", std::ios::app) << '\n' << end << '\n';
        const auto report = json::parse(alster("sweep-report {} --json", sweep.string()).out);
        EXPECT_EQ(wins, report["beats_baseline"].get<bool>()) << key;
        EXPECT_EQ(value, report[key]);
        EXPECT_EQ(wins, !report.contains("note"));
        const auto text = alster("sweep-report {}", sweep.string()).out;
        EXPECT_THAT(text, HasSubstr(fmt::format("the best baseline, {}: {} {:.4f}", baseline, metric, value)));
        EXPECT_EQ(wins, text.find("the model does not beat the best baseline") == std::string::npos) << text;
    }
}

TEST_F(Sweep, TrainingShowsTheBaselineAndSaysAtTheEndWhereItIsNotBeaten)
{
    const Finished poor =
        alster("train --data {} --factors 2 --alpha0 0 --sweeps 1 --out {}", path("data.h5"), path("poor"));
    ASSERT_EQ(0, poor.code) << poor.err;
    EXPECT_THAT(poor.err, HasSubstr("(popularity 0."));
    EXPECT_THAT(poor.out, HasSubstr("note: the model does not beat the best baseline, popularity: ndcg@10 "));
    const Finished good =
        alster("train --data {} --factors 5 --reg 0.01 --sweeps 8 --out {} --json", path("data.h5"), path("good"));
    const auto summary = json::parse(good.out);
    EXPECT_GT(summary["ndcg@10"], summary["popularity_ndcg@10"]);
    EXPECT_EQ(true, summary["beats_baseline"]);
    EXPECT_FALSE(summary.contains("note"));
    const Finished ratings = alster("train --data {} --objective explicit --reg 1000 --sweeps 1 --out {} --json",
                                    path("data.h5"), path("ratings"));
    const auto rated = json::parse(ratings.out);
    EXPECT_EQ(rated["beats_baseline"].get<bool>(),
              rated["rmse"] < rated[rated["baseline"] == "mean" ? "mean_rmse" : "bias_rmse"]);
}

TEST_F(Sweep, AFailedRunSaysWhy)
{
    const fs::path sweep = path("failed");
    write_run(sweep / "000", 16, "rmse", 0.9, 0.03);
    write_run(sweep / "001", 16, "rmse", 0.8, 0.03);
    std::ofstream(sweep / "001/metrics.jsonl")
        << json{{"event", "start"}, {"data", "d"}} << '\n'
        << json{{"event", "failed"}, {"code", 12}, {"message", "the factors of item 7 are not finite"}} << '\n';
    const auto report = json::parse(alster("sweep-report {} --json", sweep.string()).out);
    EXPECT_EQ("000", report["winner"]);
    EXPECT_EQ("failed", report["runs"][1]["state"]);
    EXPECT_EQ("the factors of item 7 are not finite", report["runs"][1]["failure"]);
}

void expect_refused(const Finished& finished, int code, const std::string& message)
{
    EXPECT_EQ(code, finished.code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr(message));
    EXPECT_THAT(finished.err, StartsWith("alster: "));
    EXPECT_EQ(1, std::ranges::count(finished.err, '\n'));
}

TEST_F(Sweep, AReportWithoutAComparisonIsRefused)
{
    expect_refused(alster("sweep-report {}", path("none")), 65, "none");
    ASSERT_EQ(75, train(0, "begun", "--stop-after-minutes 1e-9").code);
    expect_refused(alster("sweep-report {}", path("begun")), 65, "none of the 1 runs is finished");
    ASSERT_EQ(0, train(0, "unmeasured", "", "whole.h5").code);
    expect_refused(alster("sweep-report {}", path("unmeasured")), 65, "no held-out part");
    ASSERT_EQ(0, train(0, "mixed").code);
    ASSERT_EQ(0, train(1, "mixed", "", "other.h5").code);
    expect_refused(alster("sweep-report {}", path("mixed")), 65, "measured different things");
}

TEST_F(Sweep, WhatIsWrongInAFileIsNamedWithItsLine)
{
    const auto refused = [&](const std::string& text, const std::string& message) {
        SCOPED_TRACE(text);
        const auto file = test::write_file(*directory_ / "wrong.toml", text);
        expect_refused(alster("sweep {}", file), 78, "wrong.toml" + message);
    };
    refused("[grid]\nfactors = [8]\nfactorz = [9]\n", ":3: 'factorz': unknown key");
    refused("[grid]\nfactors = [8, 0]\n", ":2: 'factors': ");
    refused("[grid]\nfactors = [8, \"many\"]\n", ":2: 'factors': ");
    refused("[grid]\nfactors = []\n", ":2: 'factors' has no values");
    refused("[grid]\nreg = [true]\n", ":2: 'reg' must be a number, a text");
    refused("[[run]]\nreg = [0.1, 0.2]\n", ":2: 'reg' has a list of values");
    refused("[run]\nreg = 0.1\n", ":1: runs are a list of tables");
    refused("grid = 3\n", ":1: settings are a table");
    refused("sweeps = 3\n", ": no runs");
    refused("data = \"other.h5\"\n[[run]]\nseed = 1\n", ":1: 'data': unknown key");
    refused("[[run]]\noverwrite = 1\n", ":2: 'overwrite': unknown key");
    refused("[grid\n", ":1: ");
    std::string thousand = "0";
    for (int n = 1; n < 1000; ++n) thousand += fmt::format(",{}", n);
    refused(fmt::format("[grid]\nseed = [{0}]\npatience = [{0}]\n", thousand),
            ":3: the grid has more than 100000 runs");
    expect_refused(alster("sweep {}", path("none.toml")), 78, "none.toml");
}

TEST_F(Sweep, WhatIsWrongOnTheCommandLineIsAUsageError)
{
    expect_refused(train(5, "usage"), 64, "--index is one of 0-4");
    expect_refused(train(0, "usage", "--factors 9"), 64, "--factors is set by");
    expect_refused(train(0, "usage", "--factorz 9"), 64, "--factorz");
    expect_refused(alster("sweep {} --data x", path("sweep.toml")), 64, "--data needs --index");
    expect_refused(alster("sweep --data x {} --index 1 --out y", path("sweep.toml")), 64, "in front of all options");
    EXPECT_FALSE(fs::exists(path("usage")));
}

}  // namespace
}  // namespace alster
