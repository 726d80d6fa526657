#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/model_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

using nlohmann::json;
using test::Finished;
using testing::HasSubstr;

/// Training on several ranks as users start it, and what the exchange of factors does there.
class Exchange : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        const Interactions R = test::planted_interactions(400, 150);
        std::ostringstream log;
        for (Row u = 0; u < R.rows(); ++u)
            for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) log << u << ',' << R.columns[k] << '\n';
        const auto text = test::write_file(*directory_ / "log.csv", log.str());
        ASSERT_EQ(
            0, test::run_alster(fmt::format("prepare --input {} --split none --out {}", text, path("data.h5"))).code);
    }
    static void TearDownTestSuite() { delete std::exchange(directory_, nullptr); }

    static std::string path(const std::string& name) { return (*directory_ / name).string(); }

    /// Into the directory `run`, anew.
    static Finished train(int ranks, const std::string& options, const std::string& mpi_options = "")
    {
        std::filesystem::remove_all(path("run"));
        return test::run_command(
            fmt::format("mpirun --allow-run-as-root --oversubscribe --bind-to none -n {} {} {} train --backend cpu "
                        "--data {} --factors 5 --sweeps 2 --threads 1 --out {} {}",
                        ranks, mpi_options, test::alster_program(), path("data.h5"), path("run"), options));
    }

    /// The factors of both sides.
    static std::vector<float> result()
    {
        const ModelReader model(path("run/model.h5"));
        auto factors = model.factors(Side::users, {0, model.rows(Side::users)});
        const auto items = model.factors(Side::items, {0, model.rows(Side::items)});
        factors.insert(factors.end(), items.begin(), items.end());
        return factors;
    }

    static std::vector<float> trained(int ranks, const std::string& options)
    {
        const auto finished = train(ranks, options);
        EXPECT_EQ(0, finished.code) << finished.err;
        return result();
    }

    /// Bytes that the half-steps' records of metrics.jsonl tell of.
    static std::int64_t logged(const char* key)
    {
        std::int64_t sum = 0;
        std::istringstream log(test::read_file(path("run/metrics.jsonl")));
        for (std::string line; std::getline(log, line);)
            if (const auto record = json::parse(line); record["event"] == "half_step")
                sum += record[key].get<std::int64_t>();
        return sum;
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* Exchange::directory_ = nullptr;

TEST_F(Exchange, RoundedRowsGiveTheBitsOfOneRankAndHalveTheBytes)
{
    const auto alone = trained(1, "--wire bf16");
    EXPECT_EQ(0, logged("received_bytes"));
    EXPECT_NE(alone, trained(3, "--exchange need-only"));
    const auto bytes = logged("received_bytes");
    EXPECT_GT(bytes, 0);
    EXPECT_EQ(alone, trained(3, "--exchange need-only --wire bf16"));
    EXPECT_EQ(bytes, 2 * logged("received_bytes"));
    EXPECT_GT(logged("received_bytes"), logged("first_stage_bytes"));
}

TEST_F(Exchange, CheckedItIsTheSame)
{
    const auto expected = trained(3, "--exchange need-only");
    EXPECT_EQ(expected, trained(3, "--exchange need-only --check-exchange"));
    EXPECT_EQ(expected, trained(3, "--exchange all-gather --check-exchange"));
}

TEST_F(Exchange, CheckedItMeetsADamagedMessage)
{
    const std::string damaging = fmt::format("-x LD_PRELOAD={}", ALSTER_DAMAGING_MPI);
    for (const auto* exchange : {"all-gather", "need-only", "need-only --wire bf16"}) {
        SCOPED_TRACE(exchange);
        const auto checked = train(2, fmt::format("--check-exchange --exchange {}", exchange), damaging);
        EXPECT_EQ(74, checked.code);
        EXPECT_THAT(checked.err,
                    testing::ContainsRegex("rows [0-9]+ to [0-9]+ were damaged on their way from rank 0 to "
                                           "rank 1: run the same command again"));
    }
    // the lowest bit of one number: nothing else would have noticed
    const auto unchecked = train(2, "--exchange need-only", damaging);
    EXPECT_EQ(0, unchecked.code) << unchecked.err;
}

TEST_F(Exchange, ARoundedRunIsAnotherResultAndACheckpointSaysSo)
{
    const auto again = [](const std::string& options) {
        return test::run_command(fmt::format("{} train --backend cpu --data {} --factors 5 --sweeps 2 --out {} {}",
                                             test::alster_program(), path("data.h5"), path("run"), options));
    };
    ASSERT_EQ(75, train(1, "--stop-after-minutes 1e-9").code);
    EXPECT_THAT(again("--wire bf16").err, HasSubstr("fixed rows in bf16: the last bits will not be those"));
    ASSERT_EQ(0, train(1, "").code);
    EXPECT_THAT(again("").out, HasSubstr("finished already"));
    EXPECT_EQ(73, again("--wire bf16").code);
}

}  // namespace
}  // namespace alster
