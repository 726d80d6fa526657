#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <sstream>

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/reseal.hpp"
#include "tests/support/text_files.hpp"
#include "tests/support/training.hpp"

// Checkpoints that fit their own description and not the run: their checksums are right. Such a file is damaged, and
// the generation before is taken; where there is none, the run ends with 65.

namespace alster {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

constexpr Row users = 39;  // of 40 and 30, one has no interactions
constexpr Row items = 29;

struct Change {
    std::string name;
    std::function<void(CheckpointInfo&)> change;
    std::string says;
};

/// Rewrites a checkpoint with another description, and with as many rows as that promises.
void rewrite(const fs::path& path, const std::function<void(CheckpointInfo&)>& change)
{
    CheckpointInfo info;
    std::vector<float> factors;
    {
        const CheckpointReader reader(path);
        info = reader.info();
        factors = reader.factors({0, info.rows});
    }
    change(info);
    factors.resize(static_cast<std::size_t>(info.rows * info.width), 0.25F);
    const std::vector<float> start(static_cast<std::size_t>(info.start_rows * info.width), 0.5F);
    info.base.resize(static_cast<std::size_t>(info.width));
    write_checkpoint(path, info, {0, factors}, {0, start});
}

class AlteredCheckpoint : public testing::Test {
protected:
    void SetUp() override
    {
        const Interactions R = test::planted_interactions(users + 1, items + 1);
        std::ostringstream log;
        for (Row u = 0; u < R.rows(); ++u)
            for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) log << u << ',' << R.columns[k] << '\n';
        const auto text = test::write_file(directory_ / "log.csv", log.str());
        ASSERT_EQ(
            0, test::run_alster(fmt::format("prepare --input {} --split none --out {}", text, path("data.h5"))).code);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (directory_ / name).string(); }

    [[nodiscard]] test::Finished train(const std::string& run, const std::string& more = "") const
    {
        return test::run_alster(
            fmt::format("train --data {} --factors 6 --sweeps 3 --out {} {}", path("data.h5"), path(run), more));
    }

    /// A run that was saved after each of two half-steps; the users' checkpoint is older.
    void stop_after_two(const std::string& run) const
    {
        for (int n = 0; n < 2; ++n) ASSERT_EQ(75, train(run, "--stop-after-minutes 1e-9").code);
    }

    [[nodiscard]] std::vector<float> result(const std::string& run) const
    {
        return ModelReader(path(run + "/model.h5")).factors(Side::users, {0, users});
    }

    test::TemporaryDirectory directory_;
};

TEST_F(AlteredCheckpoint, OneThatDoesNotFitTheRunIsPassedOverForTheOneBefore)
{
    ASSERT_EQ(0, train("undisturbed").code);
    stop_after_two("saved");
    const std::vector<Change> changes = {
        {"wider", [](auto& info) { info.width = 12; },
         "attribute width is 12, after 2 half-steps of this run it must be 6"},
        {"far-wider", [](auto& info) { info.width = 4096; }, "attribute width is 4096"},
        {"narrower", [](auto& info) { info.width = 1; }, "attribute width is 1"},
        {"other-side", [](auto& info) { info.half_steps = 3; },
         "attribute rows is 29, after 3 half-steps of this run it must be 39"},
        {"later", [](auto& info) { info.half_steps = 4; }, "attribute half_steps is 4, which its name is not"},
        {"fewer", [](auto& info) { info.rows = 3; }, "attribute rows is 3"},
        {"more", [](auto& info) { info.rows = 4000; }, "attribute rows is 4000"},
        {"with-start", [](auto& info) { info.start_rows = users; }, "attribute start_rows is 39"},
        {"no-config", [](auto& info) { info.config = "{nope"; }, "attribute config_json is {nope"},
        {"negative", [](auto& info) { info.half_steps = -2; }, "attribute half_steps is -2"},
        {"no-number", [](auto& info) { info.objective = std::nan(""); }, "attribute objective_value is nan"}};
    for (const auto& [name, change, says] : changes) {
        fs::copy(path("saved"), path(name), fs::copy_options::recursive);
        rewrite(path(name + "/ckpt/half-000002.h5"), change);
        const auto finished = train(name);
        EXPECT_EQ(0, finished.code) << name << ": " << finished.err;
        EXPECT_THAT(finished.err, HasSubstr("passed over a damaged checkpoint"));
        EXPECT_THAT(finished.err, HasSubstr(says)) << name;
        EXPECT_THAT(finished.err, HasSubstr("goes on after 1 of 6 half-steps"));
        EXPECT_EQ(result("undisturbed"), result(name)) << name;
    }
}

TEST_F(AlteredCheckpoint, WithoutAnotherTheRunEndsAsDamaged)
{
    stop_after_two("run");
    fs::remove(path("run/ckpt/half-000001.h5"));
    rewrite(path("run/ckpt/half-000002.h5"), [](auto& info) { info.width = 12; });
    for (const auto& before :
         {std::string(), std::string("mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 ")}) {
        const auto refused =
            test::run_command(fmt::format("{}{} train --data {} --factors 6 --sweeps 3 --out {}", before,
                                          test::alster_program(), path("data.h5"), path("run")));
        EXPECT_EQ(65, refused.code) << refused.err;
        EXPECT_THAT(refused.err, HasSubstr("attribute width is 12"));
        EXPECT_THAT(refused.err, HasSubstr("--overwrite"));
    }
}

TEST_F(AlteredCheckpoint, AnEarlierModelOfZerosIsNoStartAndNoSpace)
{
    ASSERT_EQ(0, train("zeros").code);
    test::alter(path("zeros/model.h5"), [](hid_t file) {
        for (std::size_t n = 0; n < items * 6; ++n) test::set_value(file, "/items/factors", n, 0.0F);
    });
    for (const char* option : {"--align-to", "--start-from"}) {
        const auto refused = train("other", fmt::format("{} {}", option, path("zeros")));
        EXPECT_EQ(65, refused.code) << refused.err;
        EXPECT_THAT(refused.err, HasSubstr("all factors of its items are 0")) << option;
        EXPECT_THAT(refused.err, testing::Not(HasSubstr("sweep 1"))) << option;
    }
}

TEST_F(AlteredCheckpoint, ADatasetThatCountsToTheEndIsNotAddedTo)
{
    ASSERT_EQ(0, train("run").code);
    test::alter(path("data.h5"), [](hid_t file) { test::set_value(file, "/users/n_events", 3, 2'147'483'647); });
    const std::string id = DatasetReader(path("data.h5")).ids(Side::users, {3, 4}).text(0);
    const auto log = test::write_file(directory_ / "more.csv", id + ",0\n");
    const auto refused = test::run_alster(fmt::format("update --model {} --data {} --input {} --out {}", path("run"),
                                                      path("data.h5"), log, path("updated")));
    EXPECT_EQ(65, refused.code) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(fmt::format("has 2147483647 events of user {} already", id)));
    EXPECT_FALSE(fs::exists(path("updated/dataset.h5")));
}

TEST_F(AlteredCheckpoint, AnObjectiveThatIsNotThatOfTheFactorsIsNoDefectOfAlster)
{
    stop_after_two("run");
    test::alter(path("run/ckpt/half-000002.h5"), [](hid_t file) {
        test::set_attribute(file, "objective_value", 1e-9);
        test::set_attribute(file, "penalty", 0.0);
    });
    const auto refused = train("run");
    EXPECT_EQ(65, refused.code) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("half-000002.h5: its objective 1e-09 is not that of its factors"));
    EXPECT_THAT(refused.err, testing::Not(HasSubstr("please report")));
}

}  // namespace
}  // namespace alster
