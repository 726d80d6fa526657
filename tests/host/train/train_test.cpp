#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "kernels/backends.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

using test::Finished;
using test::read_file;
using test::write_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Trains as users do, on a dataset made once from a small planted log.
class Train : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        const Interactions R = test::planted_interactions(150, 70);
        std::ostringstream log;
        for (Row u = 0; u < R.rows(); ++u)
            for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k)
                log << "user" << u << ',' << R.columns[k] << ',' << R.values[k] << '\n';
        const auto text = write_file(*directory_ / "log.csv", log.str());
        ASSERT_EQ(
            0, test::run_alster(fmt::format("prepare --input {} --split random:0.1 --out {}", text, dataset())).code);
    }
    static void TearDownTestSuite() { delete std::exchange(directory_, nullptr); }

    static std::string dataset() { return (*directory_ / "data.h5").string(); }
    static std::string run_directory(const std::string& name) { return (*directory_ / name).string(); }

    static constexpr const char* small = "--factors 6 --sweeps 3 ";

    static Finished train(const std::string& options, const std::string& run, const std::string& before = "")
    {
        return test::run_command(fmt::format("{} {} train --data {} {} --out {}", before, test::alster_program(),
                                             dataset(), options, run_directory(run)));
    }

    /// Refused with this exit code and one line that says so; no model.
    static void expect_refusal(const Finished& finished, int code, const std::string& message, const std::string& run)
    {
        EXPECT_EQ(code, finished.code) << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(message));
        EXPECT_EQ(1, lines_of_alster(finished.err)) << finished.err;
        EXPECT_FALSE(std::filesystem::exists(run_directory(run) + "/model.h5"));
        EXPECT_FALSE(test::has_temporary_files(run_directory(run)));
        EXPECT_FALSE(test::has_temporary_files(run_directory(run) + "/.next"));
    }

    static std::ptrdiff_t lines_of_alster(const std::string& text)
    {
        std::istringstream lines(text);
        std::ptrdiff_t count = 0;
        for (std::string line; std::getline(lines, line);) count += line.starts_with("alster: ");
        return count;
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* Train::directory_ = nullptr;

constexpr const char* mpirun = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n ";

TEST_F(Train, LeavesARunThatDescribesItself)
{
    const auto finished = train(small + std::string("--json --seed 3"), "whole");
    ASSERT_EQ(0, finished.code) << finished.err;

    const auto summary = nlohmann::json::parse(finished.out);
    const ModelReader model(summary["model"].get<std::string>());
    EXPECT_EQ(3, model.info().sweeps);
    EXPECT_EQ(3, model.info().seed);
    EXPECT_EQ(DatasetReader(dataset()).info().fingerprint, model.info().fingerprint);
    EXPECT_EQ(model.info().objective_value, summary["objective"].get<double>());
    EXPECT_THAT(read_file(run_directory("whole") + "/config.resolved.toml"),
                AllOf(HasSubstr("factors=6"), HasSubstr("seed=3")));
    const auto manifest = nlohmann::json::parse(read_file(run_directory("whole") + "/manifest.json"));
    EXPECT_EQ("model.h5", manifest["files"][0]["file"]);
    EXPECT_EQ(64U, manifest["files"][0]["sha256"].get<std::string>().size());
}

TEST_F(Train, LogsEveryHalfStepAsJson)
{
    ASSERT_EQ(0, train(small, "logged").code);

    std::istringstream lines(read_file(run_directory("logged") + "/metrics.jsonl"));
    std::vector<nlohmann::json> half_steps;
    std::vector<std::string> events;
    for (std::string line; std::getline(lines, line);) {
        const auto record = nlohmann::json::parse(line);
        events.push_back(record["event"]);
        if (record["event"] == "half_step") half_steps.push_back(record);
    }
    EXPECT_EQ("start", events.front());
    EXPECT_EQ("end", events.back());
    ASSERT_EQ(6U, half_steps.size());
    EXPECT_EQ("users", half_steps[0]["side"]);
    EXPECT_LT(half_steps[5]["objective"].get<double>(), half_steps[0]["objective"].get<double>());
}

TEST_F(Train, RowsThatHadToBeSolvedInFp64AreSaidWithTheSweep)
{
    EXPECT_THAT(train(small, "sound").err, Not(HasSubstr("in fp64")));
    // next to no λ, and items that a few directions nearly span: pivots that fp32 cannot tell from 0
    const auto finished = train("--factors 12 --sweeps 1 --alpha0 0 --reg 1e-13 --nu 0 --overwrite", "singular");
    ASSERT_EQ(0, finished.code) << finished.err;
    std::int64_t retried = 0;
    std::istringstream lines(read_file(run_directory("singular") + "/metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
        const auto record = nlohmann::json::parse(line);
        if (record["event"] == "half_step") retried += record["retried_rows"].get<std::int64_t>();
    }
    ASSERT_GT(retried, 0);
    EXPECT_THAT(finished.err, HasSubstr(fmt::format("  {} rows again in fp64\n", retried)));
}

TEST_F(Train, ExportsTheItemsInPrincipalOrder)
{
    for (const std::string precision : {"fp32", "bf16"}) {
        ASSERT_EQ(0,
                  train(small + std::string("--overwrite --backend cpu --precision ") + precision, "canonical").code);

        const auto G = ModelReader(run_directory("canonical") + "/model.h5").gramian(Side::items);
        for (int a = 0; a < 6; ++a)
            for (int b = 0; b < a; ++b) {
                EXPECT_LE(G[a * 6 + a], G[b * 6 + b] * (1 + 1e-6));               // descending
                EXPECT_LE(std::abs(G[a * 6 + b]), 4 * 0x1p-23 * G[0]) << a << b;  // Y Q is rounded once
            }
    }
}

TEST_F(Train, ExplicitModelsScoreByADotProduct)
{
    ASSERT_EQ(0, train(small + std::string("--objective explicit --reg 0.1"), "explicit").code);

    const ModelReader model(run_directory("explicit") + "/model.h5");
    EXPECT_EQ(8, model.info().width);
    const auto user = model.factors(Side::users, {0, 1});
    const auto item = model.factors(Side::items, {0, 1});
    EXPECT_EQ(1.0F, user[7]);
    EXPECT_EQ(1.0F, item[6]);
    EXPECT_NEAR(DatasetReader(dataset()).info().value_mean, model.info().mean, 1e-12);
}

TEST_F(Train, WritesTheSameFactorsForAnyNumberOfRanksAndThreads)
{
    for (const std::string kind : {"--objective implicit", "--objective explicit", "--backend cpu --precision bf16"}) {
        const std::string options = small + std::string("--overwrite ") + kind;
        ASSERT_EQ(0, train(options + " --threads 1", "alone").code);
        const ModelReader alone(run_directory("alone") + "/model.h5");
        for (const int ranks : {1, 2, 3, 4, 7})  // 7: more ranks than chunks of items
            for (const int threads : {1, 2}) {
                const auto finished =
                    train(fmt::format("{} --threads {}", options, threads), "together", mpirun + std::to_string(ranks));
                ASSERT_EQ(0, finished.code) << finished.err;
                const ModelReader together(run_directory("together") + "/model.h5");
                for (const Side side : {Side::users, Side::items})
                    EXPECT_EQ(alone.factors(side, {0, alone.rows(side)}),
                              together.factors(side, {0, together.rows(side)}))
                        << kind << ", " << ranks << " ranks, " << threads << " threads, " << name(side);
                EXPECT_EQ(alone.info().objective_value, together.info().objective_value);
            }
    }
}

TEST_F(Train, WritesTheSameFactorsWhereRowsAreSharedOutAnew)
{
    for (const std::string options :
         {"--factors 9 --sweeps 4 --seed 2", "--factors 5 --sweeps 3 --objective explicit"}) {
        ASSERT_EQ(0, train(options, "alone_again").code);
        const ModelReader alone(run_directory("alone_again") + "/model.h5");
        for (const int ranks : {2, 3}) {
            const auto finished = train(options + " --rebalance always", "anew", mpirun + std::to_string(ranks));
            ASSERT_EQ(0, finished.code) << finished.err;
            EXPECT_THAT(finished.err, HasSubstr("rows are shared out anew"));
            EXPECT_THAT(read_file(run_directory("anew") + "/metrics.jsonl"), HasSubstr("\"event\":\"rebalance\""));
            const ModelReader model(run_directory("anew") + "/model.h5");
            for (const Side side : {Side::users, Side::items})
                EXPECT_EQ(alone.factors(side, {0, alone.rows(side)}), model.factors(side, {0, alone.rows(side)}));
            std::filesystem::remove_all(run_directory("anew"));
        }
        std::filesystem::remove_all(run_directory("alone_again"));
    }
}

TEST_F(Train, AFinishedRunHasNothingToDo)
{
    ASSERT_EQ(0, train(small, "again").code);
    const auto before = std::filesystem::last_write_time(run_directory("again") + "/model.h5");

    const auto again = train(small, "again");
    EXPECT_EQ(0, again.code);
    EXPECT_THAT(again.out, HasSubstr("finished already"));
    EXPECT_EQ(before, std::filesystem::last_write_time(run_directory("again") + "/model.h5"));

    const auto other = train(small + std::string("--seed 9"), "again");
    EXPECT_EQ(73, other.code);
    EXPECT_THAT(other.err, HasSubstr("another run's model"));
}

TEST_F(Train, EveryResolvedConfigurationReadsBackToItself)
{
    for (const char* options :
         {"", "--reg 1e-07 --alpha 40 --wire bf16 --cg-steps 2 --check-exchange",
          "--objective explicit --bias-reg 0.5 --nu 0 --seed 18446744073709551615 --backend cpu --rebalance never",
          "--init-scale 1e-300 --checkpoint-minutes 1e12 --threads 1 --exchange need-only --precision bf16"}) {
        const std::string run = "odd #1 [x] caf\xe9", quoted = fmt::format("'{}'", run_directory(run));
        const auto first = test::run_alster(
            fmt::format("train --data {} --factors 2 --sweeps 1 {} --overwrite --out {}", dataset(), options, quoted));
        ASSERT_EQ(0, first.code) << first.err;
        const std::string resolved = test::read_file(run_directory(run) + "/config.resolved.toml");
        const auto config = write_file(*directory_ / "again.toml", resolved);
        const auto again = test::run_alster("train --overwrite --config " + config);
        ASSERT_EQ(0, again.code) << resolved << again.err;
        EXPECT_EQ(resolved, test::read_file(run_directory(run) + "/config.resolved.toml"));
    }
}

TEST_F(Train, RepeatsARunFromItsResolvedConfiguration)
{
    ASSERT_EQ(0, train(small + std::string("--reg 0.037 --seed 5"), "first").code);

    const auto repeated = test::run_alster(fmt::format("train --config {}/config.resolved.toml --out {}",
                                                       run_directory("first"), run_directory("repeated")));
    ASSERT_EQ(0, repeated.code) << repeated.err;
    const ModelReader first(run_directory("first") + "/model.h5");
    const ModelReader second(run_directory("repeated") + "/model.h5");
    EXPECT_EQ(first.factors(Side::users, {0, first.info().users}),
              second.factors(Side::users, {0, first.info().users}));
}

TEST_F(Train, StopsWhenTheValidationMetricGetsNoBetter)
{
    const auto finished = train("--sweeps 60 --reg 0.0001 --patience 2 --json --factors 40", "patient");
    ASSERT_EQ(0, finished.code) << finished.err;

    EXPECT_LT(nlohmann::json::parse(finished.out)["sweeps"].get<int>(), 60);
    EXPECT_THAT(finished.err, HasSubstr("stopped: no better ndcg@10"));
}

TEST_F(Train, RefusesValuesOutOfRange)
{
    for (const std::string bad :
         {"--factors 0", "--factors 100000", "--reg 0", "--reg -1", "--reg x", "--alpha0 -1", "--nu 3", "--sweeps 0",
          "--factors 8 --factors 9", "--reg nan", "--alpha0 NaN", "--nu nan", "--bias-reg inf",
          "--checkpoint-minutes nan", "--objective both", "--backend tpu", "--no-such-option"})
        expect_refusal(train(bad, "bad"), 64, "alster: ", "bad");
    expect_refusal(train("--alpha 1 --alpha0 3", "bad"), 64, "two forms of confidence", "bad");
    expect_refusal(train("--objective explicit --alpha 3", "bad"), 64, "of implicit feedback", "bad");
}

TEST_F(Train, SaysInTheModelByWhatItWasComputed)
{
    ASSERT_EQ(0, train(std::string(small) + "--backend cpu", "exact").code);
    ASSERT_EQ(0, train(std::string(small) + "--backend cpu --precision bf16", "rounded").code);

    const ModelReader exact(run_directory("exact") + "/model.h5");
    const ModelReader rounded(run_directory("rounded") + "/model.h5");
    EXPECT_THAT(exact.info().arithmetic, StartsWith("fp32 by "));
    EXPECT_THAT(rounded.info().arithmetic, StartsWith("bf16 by "));
    // not the same, and no further apart than by the rounding of the fixed side
    EXPECT_NE(exact.info().objective_value, rounded.info().objective_value);
    EXPECT_NEAR(exact.info().objective_value, rounded.info().objective_value, 0x1p-7 * exact.info().objective_value);
}

TEST_F(Train, RefusesAPrecisionThatTheBackendLacks)
{
    expect_refusal(train("--backend cpu --precision tf32x3", "lacks"), 64, "the cpu backend has fp32 and bf16",
                   "lacks");
    expect_refusal(train("--backend reference --precision bf16", "lacks"), 64, "computes in fp64", "lacks");
    expect_refusal(train("--backend reference --cg-steps 2", "lacks"), 64, "solves all rows exactly", "lacks");
}

TEST_F(Train, RefusesCudaWhereThereIsNoGpu)
{
    std::string why;
    if (!gpus(why).empty()) GTEST_SKIP() << "this machine has a GPU";
    expect_refusal(train("--backend cuda", "bad"), 69, "--backend cuda: " + why, "bad");
}

TEST_F(Train, RefusesAConfigurationItDoesNotUnderstand)
{
    const auto config = write_file(*directory_ / "bad.toml", "factors = 8\nfactorz = 9\n");
    expect_refusal(train("--config " + config, "bad"), 78, "factorz", "bad");
    expect_refusal(train("--config /nowhere.toml", "bad"), 78, "/nowhere.toml", "bad");
}

TEST_F(Train, RefusesADatasetThatIsNone)
{
    const auto text = write_file(*directory_ / "text.h5", "this is no HDF5 file\n");
    const auto bytes = read_file(dataset());
    const auto truncated = write_file(*directory_ / "truncated.h5", bytes.substr(0, bytes.size() - 100));
    for (const auto& [path, message] : {std::pair<std::string, std::string>{"/nowhere/data.h5", "/nowhere/data.h5"},
                                        {text, "text.h5"},
                                        {truncated, "truncated.h5"}}) {
        const auto command = fmt::format("train --data {} --out {}", path, run_directory("bad"));
        expect_refusal(test::run_alster(command), 65, message, "bad");
        expect_refusal(test::run_command(mpirun + std::string("3 ") + test::alster_program() + " " + command), 65,
                       message, "bad");
    }
}

TEST_F(Train, RefusesADatasetWithAFlippedBit)
{
    auto bytes = read_file(dataset());
    const std::string id = "user149";  // the last id: in the middle of a dataset
    bytes[bytes.find(id) + 2] ^= 1;
    const auto flipped = write_file(*directory_ / "flipped.h5", bytes);

    expect_refusal(test::run_alster(fmt::format("train --data {} --out {}", flipped, run_directory("bad"))), 65,
                   "checksum", "bad");
}

TEST_F(Train, RefusesAnOutputThatCannotBeMade)
{
    const auto file = write_file(*directory_ / "file", "");
    const auto command = [](const std::string& out) {
        return fmt::format("train --data {} --sweeps 1 --out {}", dataset(), out);
    };
    for (const std::string& out : {file + "/run", std::string("/proc/no")}) {
        EXPECT_EQ(73, test::run_alster(command(out)).code);
        const auto together =
            test::run_command(mpirun + std::string("2 ") + test::alster_program() + " " + command(out));
        EXPECT_EQ(73, together.code);
        EXPECT_EQ(1, lines_of_alster(together.err)) << together.err;
    }
}

/// A file system of a few kilobytes, where the right to mount one is given.
class TinyDisk {
public:
    explicit TinyDisk(std::string path) : path_(std::move(path))
    {
        std::filesystem::create_directory(path_);
        mounted_ = test::run_command("mount -t tmpfs -o size=32k none " + path_).code == 0;
    }
    ~TinyDisk()
    {
        if (mounted_) test::run_command("umount " + path_);
    }
    TinyDisk(const TinyDisk&) = delete;
    TinyDisk& operator=(const TinyDisk&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }

private:
    std::string path_;
    bool mounted_ = false;
};

TEST_F(Train, AFullDiskStopsAllRanksAndLeavesNoModel)
{
    const TinyDisk disk(run_directory("tiny"));
    if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk needs root";

    expect_refusal(train(small, "tiny/run"), 74, "model.h5", "tiny/run");
    expect_refusal(train(small, "tiny/run", mpirun + std::string("3")), 74, "model.h5", "tiny/run");
}

TEST_F(Train, NamesTheRowThatIsNotFinite)
{
    const auto log = write_file(*directory_ / "huge.csv", "a,1,1\nb,1,3e38\nb,2,3e38\nc,2,1\n");
    const auto data = run_directory("huge.h5");
    ASSERT_EQ(0, test::run_alster(fmt::format("prepare --input {} --out {}", log, data)).code);

    const auto finished =
        test::run_alster(fmt::format("train --data {} --alpha 1e10 --factors 3 --out {}", data, run_directory("bad")));
    expect_refusal(finished, 12, "not finite", "bad");
}

}  // namespace
}  // namespace alster
