#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "data/checkpoint_file.hpp"
#include "data/model_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

namespace fs = std::filesystem;

using test::Finished;
using testing::HasSubstr;

constexpr int sweeps = 4;
constexpr const char* options = "--factors 6 --seed 2 ";

/// Runs that are stopped and go on, on a dataset made once from a small planted log.
class Checkpoint : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        const Interactions R = test::planted_interactions(150, 70);
        std::ostringstream log;
        for (Row u = 0; u < R.rows(); ++u)
            for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) log << u << ',' << R.columns[k] << '\n';
        const auto text = test::write_file(*directory_ / "log.csv", log.str());
        for (const auto& [part, name] : {std::pair{"random:0.1", "data.h5"}, {"random:0.2", "other.h5"}})
            ASSERT_EQ(0, test::run_alster(fmt::format("prepare --input {} --split {} --out {}", text, part,
                                                      (*directory_ / name).string()))
                             .code);
        ASSERT_EQ(0, train("undisturbed").code);
    }
    static void TearDownTestSuite() { delete std::exchange(directory_, nullptr); }

    static std::string path(const std::string& name) { return (*directory_ / name).string(); }

    static Finished train(const std::string& run, const std::string& more = "", const std::string& before = "",
                          const std::string& data = "data.h5", int sweeps_asked = sweeps)
    {
        return test::run_command(fmt::format("{} {} train --data {} {} --sweeps {} --out {} {}", before,
                                             test::alster_program(), path(data), options, sweeps_asked, path(run),
                                             more));
    }

    /// Ends after `half_steps`, having saved after each of them: the last two are left.
    static void stop_after(const std::string& run, int half_steps)
    {
        for (int n = 0; n < half_steps; ++n) ASSERT_EQ(75, train(run, "--stop-after-minutes 1e-9").code);
    }

    static std::vector<std::string> generations(const std::string& run)
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(path(run) + "/ckpt")) names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        return names;
    }

    static void damage(const std::string& file)
    {
        auto bytes = test::read_file(path(file));
        bytes[bytes.size() / 2] ^= 1;
        bytes[bytes.find("half_steps") + 1] ^= 1;
        test::write_file(*directory_ / file, bytes);
    }

    static void expect_the_undisturbed_result(const std::string& run, const std::string& undisturbed = "undisturbed")
    {
        const ModelReader expected(path(undisturbed + "/model.h5"));
        const ModelReader actual(path(run + "/model.h5"));
        for (const Side side : {Side::users, Side::items})
            EXPECT_EQ(expected.factors(side, {0, expected.rows(side)}), actual.factors(side, {0, actual.rows(side)}));
        EXPECT_EQ(expected.info().objective_value, actual.info().objective_value);
        EXPECT_EQ(expected.info().evaluation, actual.info().evaluation);
        EXPECT_FALSE(fs::exists(path(run) + "/ckpt")) << "a finished run needs no checkpoints";
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* Checkpoint::directory_ = nullptr;

constexpr const char* mpirun = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n ";

TEST_F(Checkpoint, StoppedAtEveryBorderTheRunHasTheBitsOfAnUndisturbedOne)
{
    for (int half_steps = 1; half_steps < 2 * sweeps; ++half_steps) {
        const auto run = fmt::format("border{}", half_steps);
        stop_after(run, half_steps);
        EXPECT_EQ(half_steps == 1 ? 1 : 2, std::ssize(generations(run)));
        const auto finished = train(run, "", half_steps % 2 ? "" : mpirun + std::string("3"));
        EXPECT_EQ(0, finished.code) << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(fmt::format("goes on after {} of 8 half-steps", half_steps)));
        expect_the_undisturbed_result(run);
    }
}

TEST_F(Checkpoint, WhereRowsStartFromTheSweepBeforeBothSidesAreKept)
{
    const auto train = [&](const std::string& run, int steps, const std::string& more, int ranks) {
        return test::run_command(
            fmt::format("{}{} {} train --data {} --factors 64 --cg-steps {} --sweeps 3 --out {} {}", mpirun, ranks,
                        test::alster_program(), path("data.h5"), steps, path(run), more));
    };
    ASSERT_EQ(0, train("cg", 1, "", 1).code);
    ASSERT_EQ(0, train("exact", 0, "", 1).code);
    ASSERT_NE(ModelReader(path("cg/model.h5")).info().objective_value,
              ModelReader(path("exact/model.h5")).info().objective_value)
        << "no row was solved by conjugate gradients";

    for (int starts = 0; starts < 6; ++starts)
        EXPECT_EQ(starts < 5 ? 75 : 0, train("cg-stopped", 1, "--stop-after-minutes 1e-9", 1 + 2 * (starts % 2)).code);
    expect_the_undisturbed_result("cg-stopped", "cg");

    ASSERT_EQ(0, train("cg-shared-anew", 1, "--rebalance always", 3).code);
    expect_the_undisturbed_result("cg-shared-anew", "cg");
}

TEST_F(Checkpoint, SignalsSaveAndEndOrSaveAndGoOn)
{
    const auto with = [&](const std::string& signal, const std::string& run) {
        const auto wait_for = [](const std::string& what) {
            return fmt::format("for t in $(seq 300); do {} > /dev/null 2>&1 && break; sleep 0.1; done", what);
        };
        return train(run,
                     fmt::format("--checkpoint-minutes 0 & p=$!; {}; kill -{} $p; {}; kill -TERM $p; wait $p",
                                 wait_for(fmt::format("grep half_step {}/metrics.jsonl", path(run))), signal,
                                 wait_for(fmt::format("ls {}/ckpt/half-*.h5", path(run)))),
                     "", "data.h5", 100'000);
    };
    const auto ended = with("USR1", "usr1");
    EXPECT_EQ(75, ended.code) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("asked to end by a signal"));
    const auto saved = with("USR2", "usr2");
    EXPECT_EQ(75, saved.code) << saved.err;
    EXPECT_THAT(saved.err, HasSubstr("asked for by a signal"));
    EXPECT_THAT(saved.err, HasSubstr("asked to end by a signal"));
}

TEST_F(Checkpoint, EndsInTimeForTheLimitOfTheJob)
{
    const auto finished = train("limit", "", "SLURM_JOB_END_TIME=$(date +%s)");
    EXPECT_EQ(75, finished.code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("the time is nearly over"));
    EXPECT_EQ(0, train("limit", "", "SLURM_JOB_END_TIME=$(($(date +%s) + 3600))").code);
    expect_the_undisturbed_result("limit");
}

TEST_F(Checkpoint, ADamagedOneIsPassedOverAndTheOneBeforeTaken)
{
    stop_after("fallback", 4);
    damage("fallback/ckpt/half-000004.h5");
    const auto finished = train("fallback", "", mpirun + std::string("2"));
    EXPECT_EQ(0, finished.code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("passed over a damaged checkpoint"));
    EXPECT_THAT(finished.err, HasSubstr("half-000004.h5"));
    EXPECT_THAT(finished.err, HasSubstr("goes on after 3 of 8 half-steps"));
    expect_the_undisturbed_result("fallback");
}

TEST_F(Checkpoint, WhereAllAreDamagedNothingBeginsAnewByItself)
{
    stop_after("broken", 2);
    damage("broken/ckpt/half-000001.h5");
    damage("broken/ckpt/half-000002.h5");
    for (const std::string& before : {std::string(), mpirun + std::string("2")}) {
        const auto refused = train("broken", "", before);
        EXPECT_EQ(65, refused.code) << refused.err;
        EXPECT_THAT(refused.err, HasSubstr("no checkpoint"));
        EXPECT_THAT(refused.err, HasSubstr("--overwrite"));
    }
    EXPECT_EQ(0, train("broken", "--overwrite").code);
    expect_the_undisturbed_result("broken");
}

TEST_F(Checkpoint, AnotherRunIsRefusedWithTheDifference)
{
    stop_after("mine", 3);
    const auto objective = train("mine", "--reg 0.5");
    EXPECT_EQ(65, objective.code);
    EXPECT_THAT(objective.err, HasSubstr("reg = 0.02, now it is 0.5"));
    const auto data = train("mine", "", "", "other.h5");
    EXPECT_EQ(65, data.code);
    EXPECT_THAT(data.err, HasSubstr("other data"));
    const auto past = train("mine", "", "", "data.h5", 1);
    EXPECT_EQ(64, past.code);
    EXPECT_THAT(past.err, HasSubstr("past sweep 1"));
    EXPECT_EQ(0, train("mine").code);
    expect_the_undisturbed_result("mine");
}

TEST_F(Checkpoint, TheLogIsContinued)
{
    stop_after("logged", 3);
    ASSERT_EQ(0, train("logged").code);
    std::istringstream lines(test::read_file(path("logged/metrics.jsonl")));
    std::vector<std::int64_t> restarts;
    std::set<std::string> runs;
    int half_steps = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto record = nlohmann::json::parse(line);
        runs.insert(record["run"].get<std::string>());
        half_steps += record["event"] == "half_step";
        if (record["event"] == "resume") restarts.push_back(record["restart"]);
    }
    EXPECT_THAT(restarts, testing::ElementsAre(1, 2, 3));
    EXPECT_EQ(1U, runs.size()) << "a run keeps its id";
    EXPECT_EQ(2 * sweeps, half_steps) << "nothing was computed twice";
}

TEST_F(Checkpoint, IsLeftAsItWasWhereTheNextCannotBeWritten)
{
    stop_after("kept", 2);
    // a directory in the way of the next one's name
    fs::create_directories(path("kept/ckpt/half-000003.h5/x"));
    const auto failed = train("kept", "--checkpoint-minutes 1e-9");
    EXPECT_EQ(73, failed.code) << failed.err;
    EXPECT_THAT(failed.err, HasSubstr("half-000003.h5"));
    fs::remove_all(path("kept/ckpt/half-000003.h5"));
    EXPECT_THAT(generations("kept"), testing::ElementsAre("half-000001.h5", "half-000002.h5"));
    EXPECT_EQ(0, train("kept").code);
    expect_the_undisturbed_result("kept");
}

}  // namespace
}  // namespace alster
