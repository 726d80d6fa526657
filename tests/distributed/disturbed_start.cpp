// Put in front of MPI by LD_PRELOAD: a start that goes wrong, as ALSTER_TEST_START says, on rank ALSTER_TEST_RANK.
#include <mpi.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

namespace {

std::string_view text_of(const char* variable)
{
    const char* text = std::getenv(variable);
    return text ? text : "";
}

bool is_here() { return text_of("ALSTER_TEST_RANK") == text_of("OMPI_COMM_WORLD_RANK"); }

[[noreturn]] void wait_forever()
{
    for (;;) pause();
}

}  // namespace

extern "C" int MPI_Init_thread(int* argc, char*** argv, int required, int* provided)
{
    const auto what = text_of("ALSTER_TEST_START");
    if (is_here() && what == "exits") std::exit(1);  // as Open MPI does where it cannot start
    if (is_here() && what == "waits") wait_forever();
    const int result = PMPI_Init_thread(argc, argv, required, provided);
    if (is_here() && what == "waits after it") wait_forever();
    if (is_here() && what == "is killed") raise(SIGKILL);
    return is_here() && what == "fails" ? MPI_ERR_OTHER : result;
}

extern "C" int MPI_Comm_dup(MPI_Comm comm, MPI_Comm* copy)
{
    return is_here() && text_of("ALSTER_TEST_START") == "fails after it" ? MPI_ERR_OTHER : PMPI_Comm_dup(comm, copy);
}
