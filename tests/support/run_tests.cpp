#include "tests/support/run_tests.hpp"

#include <gmock/gmock.h>
#include <mpi.h>

#include <cstdlib>

#include "data/console.hpp"
#include "data/error.hpp"

namespace alster::test {

namespace {

int largest_of_all_ranks(int value)
{
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return value;
}

int run(int rank, const std::function<std::string()>& unavailable)
{
    const std::string reason = unavailable ? unavailable() : "";
    if (largest_of_all_ranks(reason.empty() ? 0 : 1) > 0) {
        if (rank == 0) say("{}", reason.empty() ? "another rank cannot run these tests" : reason);
        return static_cast<int>(ExitCode::unavailable);
    }
    if (rank != 0 && !std::getenv("ALSTER_TEST_ALL_RANKS")) {
        auto& listeners = testing::UnitTest::GetInstance()->listeners();
        delete listeners.Release(listeners.default_result_printer());
    }
    return largest_of_all_ranks(RUN_ALL_TESTS());
}

}  // namespace

int run_tests(int argc, char** argv, const std::function<std::string()>& unavailable)
{
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);  // as MpiSession does
    testing::InitGoogleMock(&argc, argv);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const int code = run(rank, unavailable);
    MPI_Finalize();
    return code;
}

}  // namespace alster::test
