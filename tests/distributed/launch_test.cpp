#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "data/error.hpp"
#include "distributed/mpi_session.hpp"

namespace alster {
namespace {

/// The launcher's variables as given, all others unset; what was there comes back at the end.
class Environment {
public:
    explicit Environment(const std::map<std::string, std::string>& given)
    {
        for (const char* name :
             {"SLURM_STEP_NUM_TASKS", "SLURM_STEP_ID", "SLURM_PROCID", "SLURM_NTASKS", "PMIX_RANK", "PMI_RANK",
              "PMI_ID", "PMI_FD", "PMI_PORT", "PALS_RANKID", "FLUX_TASK_RANK", "OMPI_COMM_WORLD_SIZE", "ALSTER_MPI"}) {
            if (const char* value = std::getenv(name)) before_[name] = value;
            unsetenv(name);
            names_.emplace_back(name);
        }
        for (const auto& [name, value] : given) setenv(name.c_str(), value.c_str(), 1);
    }
    ~Environment()
    {
        for (const auto& name : names_) unsetenv(name.c_str());
        for (const auto& [name, value] : before_) setenv(name.c_str(), value.c_str(), 1);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    std::map<std::string, std::string> before_;
    std::vector<std::string> names_;
};

ExitCode before_mpi()
{
    try {
        check_launch_environment();
    } catch (const Error& error) {
        return error.code();
    }
    return ExitCode::done;
}

ExitCode with_size(int size)
{
    try {
        check_launch(size);
    } catch (const Error& error) {
        return error.code();
    }
    return ExitCode::done;
}

// The variables are those that Slurm 22.05 and Open MPI 4.1 set.

TEST(CheckLaunch, RefusesTasksWithoutAProcessManager)
{
    const Environment srun(
        {{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}});
    EXPECT_EQ(ExitCode::unavailable, before_mpi());
    EXPECT_EQ(ExitCode::unavailable, with_size(1));
}

TEST(CheckLaunch, RefusesTasksThatDoNotSeeEachOtherInSpiteOfOne)
{
    const Environment srun(
        {{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "1"}, {"PMI_RANK", "1"}});
    EXPECT_EQ(ExitCode::done, before_mpi());
    EXPECT_EQ(ExitCode::unavailable, with_size(1));
    EXPECT_EQ(ExitCode::done, with_size(2));
}

TEST(CheckLaunch, AcceptsSrunWithPmix)
{
    const Environment srun(
        {{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "1"}, {"PMIX_RANK", "1"}});
    EXPECT_EQ(ExitCode::done, before_mpi());
    EXPECT_EQ(ExitCode::done, with_size(2));
}

TEST(CheckLaunch, AcceptsOneRankByMpirunOnTwoNodes)
{
    const Environment mpirun(
        {{"SLURM_STEP_NUM_TASKS", "2"}, {"SLURM_STEP_ID", "0"}, {"SLURM_PROCID", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}});
    EXPECT_EQ(ExitCode::done, before_mpi());
    EXPECT_EQ(ExitCode::done, with_size(1));
}

TEST(CheckLaunch, KnowsLaunchersByWhatTheyGiveTheirTasks)
{
    const Environment none({{"SLURM_NTASKS", "2"}, {"SLURM_PROCID", "0"}});
    EXPECT_FALSE(has_launcher());
    for (const char* variable :
         {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_FD", "PALS_RANKID", "ALSTER_MPI"}) {
        const Environment launched(std::map<std::string, std::string>{{variable, "1"}});
        EXPECT_TRUE(has_launcher()) << variable;
    }
}

TEST(CheckLaunch, AcceptsAProcessOfABatchScript)
{
    const Environment batch({{"SLURM_NTASKS", "2"}, {"SLURM_PROCID", "0"}});
    EXPECT_EQ(ExitCode::done, before_mpi());
    EXPECT_EQ(ExitCode::done, with_size(1));
}

}  // namespace
}  // namespace alster
