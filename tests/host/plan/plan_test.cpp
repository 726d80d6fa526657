#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr double mib = 1 << 20;

/// Plans, and runs of what was planned, on a dataset large enough that the program itself is a small part of it.
class Plan : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        const auto log = path("log");
        ASSERT_EQ(0, test::run_alster(
                         fmt::format("synth --users 200000 --items 30000 --events 2000000 --log ratings --out {}", log))
                         .code);
        for (const auto& [split, name] : {std::pair{"none", "whole.h5"}, {"last:1", "split.h5"}})
            ASSERT_EQ(0, test::run_alster(fmt::format("prepare --input {}/events.csv --header --columns "
                                                      "user=0,item=1,value=2,time=3 --split {} --out {}",
                                                      log, split, path(name)))
                             .code);
    }
    static void TearDownTestSuite() { delete std::exchange(directory_, nullptr); }

    static std::string path(const std::string& name) { return (*directory_ / name).string(); }

    static json plan(const std::string& arguments)
    {
        const auto finished = test::run_alster("plan --json " + arguments);
        EXPECT_EQ(0, finished.code) << finished.err;
        return json::parse(finished.out);
    }

    static test::Finished train(int ranks, const std::string& data, const std::string& more,
                                const std::string& environment = "")
    {
        return test::run_command(fmt::format(
            "{} OMP_NUM_THREADS=1 mpirun --allow-run-as-root --oversubscribe --bind-to none -n {} {} train --backend "
            "cpu --json --overwrite --sweeps 1 --data {} --out {} {}",
            environment, ranks, test::alster_program(), path(data), path("run"), more));
    }

    /// The last lines of the run's log that tell of one event, by side.
    static std::map<std::string, json> records(const char* event)
    {
        std::map<std::string, json> found;
        std::istringstream log(test::read_file(path("run/metrics.jsonl")));
        for (std::string line; std::getline(log, line);)
            if (const auto record = json::parse(line); record["event"] == event) found[record["side"]] = record;
        return found;
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* Plan::directory_ = nullptr;

TEST_F(Plan, times_follow_the_steps_that_are_asked_for)
{
    // at one rate the times are in the ratio of the costs
    const std::string asked =
        "--users 10000 --items 10000 --interactions 5000000 --activity-exponent 0 --popularity-exponent 0 --factors "
        "256";
    const auto solve_s = [&](const std::string& more) {
        return plan(asked + " --gflops 10" + more)[0]["seconds"]["solve"].get<double>();
    };
    const double exact = solve_s("");
    const double three = solve_s(" --cg-steps 3");
    const double one = solve_s(" --cg-steps 1");
    EXPECT_GT(exact, 0);
    EXPECT_NEAR((20 + 7.5 * 3) / (20 + 7.5), three / one, 0.05);
    EXPECT_GT(exact, three);
    EXPECT_EQ(64, test::run_alster("plan " + asked + " --precision tf32x3").code);
    EXPECT_EQ(64, test::run_alster("plan " + asked + " --gpus --cg-steps 1").code);
    EXPECT_GT(plan(asked + " --gpus --precision bf16")[0]["device_memory_bytes"].get<double>(),
              plan(asked + " --gpus --precision fp32")[0]["device_memory_bytes"].get<double>());
}

TEST_F(Plan, memory_is_what_training_takes)
{
    struct Case {
        int ranks;
        const char* data;
        const char* options;
    };
    for (const auto& [ranks, data, options] : {Case{1, "whole.h5", "--factors 64"},
                                               {2, "whole.h5", "--factors 128"},
                                               {1, "whole.h5", "--factors 64 --wire bf16"},
                                               {2, "whole.h5", "--factors 128 --precision bf16 --cg-steps 1"},
                                               {2, "whole.h5", "--factors 128 --exchange need-only"},
                                               {3, "whole.h5", "--factors 128 --exchange all-gather --wire bf16"},
                                               {3, "whole.h5", "--factors 128 --objective explicit"},
                                               {2, "whole.h5", "--factors 128 --alpha 10"},
                                               {2, "split.h5", "--factors 128"}}) {
        SCOPED_TRACE(fmt::format("{} ranks, {}, {}", ranks, data, options));
        const auto planned = plan(fmt::format("--data {} --ranks {} {}", path(data), ranks, options))[0];
        const auto finished = train(ranks, data, options);
        ASSERT_EQ(0, finished.code) << finished.err;
        const auto run = json::parse(finished.out);
        EXPECT_EQ(planned["memory_bytes"], run["memory_planned_bytes"]);
        EXPECT_NEAR(1, planned["memory_bytes"].get<double>() / run["memory_bytes"].get<double>(), 0.1);
    }
}

TEST_F(Plan, exchanged_bytes_are_those_of_training)
{
    for (const auto& [ranks, options] : {std::pair{2, "--factors 16"}, {4, "--factors 16 --wire bf16"}}) {
        const auto planned = plan(fmt::format("--data {} --ranks {} {}", path("whole.h5"), ranks, options))[0];
        ASSERT_EQ(0, train(ranks, "whole.h5", options).code);
        auto logged = records("exchange");
        auto half_steps = records("half_step");
        for (const auto& [fixed, solved] : {std::pair{"users", "items"}, {"items", "users"}}) {
            const auto& bytes = planned["exchange"][fixed];
            EXPECT_EQ(bytes["plan"], logged[fixed]["plan"]);
            EXPECT_NEAR(bytes["all_gather_bytes"].get<double>() / mib, logged[fixed]["all_gather_mib"], 1e-6);
            EXPECT_NEAR(bytes["need_only_bytes"].get<double>() / mib, logged[fixed]["need_only_mib"], 1e-6);
            EXPECT_EQ(bytes[bytes["plan"] == "need-only" ? "need_only_bytes" : "all_gather_bytes"].get<double>(),
                      half_steps[solved]["received_bytes"].get<double>());
        }
    }
}

TEST_F(Plan, sizes_alone_give_about_what_the_dataset_gives)
{
    const auto counted = plan(fmt::format("--data {} --ranks 4 --factors 64", path("whole.h5")))[0];
    const auto expected =
        plan(fmt::format("--users {} --items {} --interactions {} --ranks 4 --factors 64", counted["users"].get<int>(),
                         counted["items"].get<int>(), counted["interactions"].get<int>()))[0];
    const auto ratio = [&](const char* a, const char* b, const char* c) {
        return expected[a][b][c].get<double>() / counted[a][b][c].get<double>();
    };
    for (const auto* side : {"users", "items"})
        EXPECT_NEAR(1, ratio("exchange", side, "need_only_bytes"), 0.25) << side;
    EXPECT_NEAR(1, expected["memory_bytes"].get<double>() / counted["memory_bytes"].get<double>(), 0.1);
}

TEST_F(Plan, a_hundred_million_users_are_planned_without_a_dataset)
{
    const auto plans =
        plan("--users 100000000 --items 10000000 --interactions 5000000000 --factors 128 --ranks 64,512 --gflops 1000");
    ASSERT_EQ(2U, plans.size());
    for (const auto& one : plans) {
        EXPECT_LT(one["exchange"]["users"]["need_only_bytes"], one["exchange"]["users"]["all_gather_bytes"]);
        EXPECT_GT(one["seconds"]["sweep"], 0);
    }
    EXPECT_LT(plans[1]["memory_bytes"], plans[0]["memory_bytes"]);
}

TEST_F(Plan, lines_for_slurm_ask_for_the_nodes_and_the_memory)
{
    const auto planned =
        plan(fmt::format("--data {} --ranks 6 --ranks-per-node 2 --threads 8 --gpus", path("whole.h5")))[0];
    EXPECT_FALSE(planned.contains("seconds"));  // nothing here knows how fast the GPUs are
    const std::vector<std::string> lines = planned["sbatch"];
    EXPECT_THAT(lines, testing::IsSupersetOf({std::string("--nodes=3"), std::string("--ntasks-per-node=2"),
                                              std::string("--cpus-per-task=8"), std::string("--gpus-per-node=2")}));
    const double asked = std::stod(lines[3].substr(std::string("--mem=").size())) * mib;
    EXPECT_GT(asked, 2 * planned["memory_bytes"].get<double>());
    EXPECT_GT(planned["device_memory_least_bytes"].get<double>(), 0);
    EXPECT_GT(planned["device_memory_bytes"], planned["device_memory_least_bytes"]);
}

TEST_F(Plan, training_refuses_what_does_not_fit)
{
    const auto finished = train(2, "whole.h5", "--factors 512", "SLURM_MEM_PER_NODE=300");
    EXPECT_EQ(13, finished.code);
    EXPECT_THAT(finished.err, HasSubstr("2 ranks need 0."));
    EXPECT_THAT(finished.err, HasSubstr("which has 0.29 GiB for them: use more nodes"));
}

TEST_F(Plan, what_is_missing_is_named)
{
    EXPECT_EQ(64, test::run_alster("plan --factors 8").code);
    EXPECT_EQ(64, test::run_alster("plan --users 5 --items 5").code);
    EXPECT_EQ(65, test::run_alster("plan --data " + path("none.h5")).code);
}

}  // namespace
}  // namespace alster
