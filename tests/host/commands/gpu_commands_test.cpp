#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "data/model_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// The program on emulated GPUs: what training says of them, and what it asks of the host.
class GpuCommands : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        directory_ = new test::TemporaryDirectory;
        std::string log;
        for (int u = 0; u < 300; ++u)
            for (int n = 0; n < 5; ++n) log += fmt::format("u{},i{}\n", u, (u * 7 + n * n * 3) % 50);
        test::write_file(*directory_ / "log.csv", log);
        ASSERT_EQ(0, test::run_alster(fmt::format("prepare --input {0}/log.csv --format csv --columns user=0,item=1 "
                                                  "--split none --out {0}/data.h5",
                                                  directory_->path().string()))
                         .code);
    }
    static void TearDownTestSuite() { delete std::exchange(directory_, nullptr); }

    static std::string path(const std::string& name) { return (*directory_ / name).string(); }

    /// What mpirun gets for some of the ranks.
    static std::string ranks_that_train(int ranks, const std::string& environment = "", const std::string& options = "")
    {
        return fmt::format(
            "-n {} env OMP_NUM_THREADS=1 {} {} train --json --overwrite --threads 1 --factors 6 --sweeps 1 "
            "--data {} --out {} {}",
            ranks, environment, test::alster_program(), path("data.h5"), path("run"), options);
    }

    /// The items' factors of the run.
    static std::vector<float> items()
    {
        const ModelReader model(path("run/model.h5"));
        return model.factors(Side::items, {0, model.rows(Side::items)});
    }

    static test::Finished mpirun(const std::string& arguments)
    {
        return test::run_command("mpirun --allow-run-as-root --oversubscribe --bind-to none " + arguments);
    }

    static test::TemporaryDirectory* directory_;
};

test::TemporaryDirectory* GpuCommands::directory_ = nullptr;

TEST_F(GpuCommands, HostMemoryIsWhatThePlanForGpusSays)
{
    for (const int ranks : {1, 2}) {
        const auto finished = mpirun(ranks_that_train(ranks));
        ASSERT_EQ(0, finished.code) << finished.err;
        const auto planned = test::run_alster(
            fmt::format("plan --json --gpus --threads 1 --factors 6 --data {} --ranks {}", path("data.h5"), ranks));
        ASSERT_EQ(0, planned.code) << planned.err;
        EXPECT_EQ(json::parse(planned.out)[0]["memory_bytes"], json::parse(finished.out)["memory_planned_bytes"]);
    }
}

TEST_F(GpuCommands, TrainingRefusesWhatDoesNotFitIntoTheHostsMemory)
{
    const auto finished = mpirun(ranks_that_train(2, "SLURM_MEM_PER_NODE=300"));
    EXPECT_EQ(13, finished.code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("2 ranks need 0.5"));
    EXPECT_THAT(finished.err, HasSubstr("which has 0.29 GiB for them: use more nodes"));
}

TEST_F(GpuCommands, TheStartSaysByWhatArchitectureItIsComputed)
{
    const auto finished = mpirun(ranks_that_train(2));
    EXPECT_THAT(finished.err, HasSubstr("cuda backend (every rank has a GPU), tf32x3 by cuda sm_90\n"));
    EXPECT_THAT(finished.err, Not(HasSubstr("warning")));
    EXPECT_EQ("tf32x3 by cuda sm_90", ModelReader(path("run/model.h5")).info().arithmetic);
}

TEST_F(GpuCommands, MpiIsGivenDeviceMemoryOnlyWhereItReadsItAndMayHaveIt)
{
    struct Way {
        std::string mpi;
        std::string options;
        const char* log;
        const char* buffers;
    };
    const char* const on_host = "MPI reads page-locked host memory\n";
    for (const char* exchange : {"all-gather", "need-only"}) {
        std::vector<float> expected;
        for (const auto& [mpi, options, log, buffers] :
             {Way{"reads_device", "", "MPI reads device memory\n", "some on a device"},
              Way{"reads_device", "--gpu-exchange host", on_host, "none on a device"},
              Way{"reads_device", "--check-exchange", on_host, "none on a device"},
              Way{"misreads_device", "", on_host, "some on a device"}}) {  // it was tried
            SCOPED_TRACE(mpi + " " + options + " " + exchange);
            const auto finished = mpirun(
                ranks_that_train(2, "ALSTER_EMULATED_MPI=" + mpi, fmt::format("--exchange {} {}", exchange, options)));
            ASSERT_EQ(0, finished.code) << finished.err;
            EXPECT_THAT(finished.err, HasSubstr(log));
            EXPECT_THAT(finished.err, HasSubstr(buffers));
            if (expected.empty()) expected = items();
            EXPECT_EQ(expected, items());
        }
    }
}

TEST_F(GpuCommands, ARunThatGoesOnByAnotherArchitectureIsWarnedOf)
{
    const auto train = [](const std::string& environment, const std::string& more) {
        return test::run_command(fmt::format("{} {} train --threads 1 --factors 6 --sweeps 2 --data {} --out {} {}",
                                             environment, test::alster_program(), path("data.h5"), path("moved"),
                                             more));
    };
    ASSERT_EQ(75, train("", "--stop-after-minutes 1e-6").code);
    const auto finished = train("ALSTER_EMULATED_ARCHITECTURE=80", "");
    EXPECT_EQ(0, finished.code) << finished.err;
    EXPECT_THAT(finished.err,
                HasSubstr("warning: begun by tf32x3 by cuda sm_90, goes on by tf32x3 by cuda sm_80: the last bits"));
}

TEST_F(GpuCommands, RanksOnDifferentArchitecturesAreWarnedOf)
{
    const auto finished = mpirun(ranks_that_train(1) + " : " + ranks_that_train(1, "ALSTER_EMULATED_ARCHITECTURE=80"));
    EXPECT_EQ(0, finished.code) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("tf32x3 by cuda sm_80 and sm_90\n"));
    EXPECT_THAT(finished.err, HasSubstr("warning: rank 0 has emulated device, sm_90, 227 KiB of shared memory a block; "
                                        "rank 1 has emulated device, sm_80, 163 KiB of shared memory a block: the last "
                                        "bits of a row depend on which of them solves it\n"));
}

}  // namespace
}  // namespace alster
