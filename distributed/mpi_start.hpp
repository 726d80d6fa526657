#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

namespace alster {

/// Whether a launcher (mpirun, srun with PMIx, one that speaks PMI) gave this process what it takes to find others. A
/// process without one is alone and needs no MPI. ALSTER_MPI=1 stands for a launcher that is not known here.
[[nodiscard]] bool has_launcher();

/// This process's rank as the launcher says it, before MPI has started; "": there is no launcher, or it does not say.
[[nodiscard]] std::string_view rank_of_launcher();

/// Says that what ends the process from now on has a reason and an exit code of its own. Any thread may call it.
void forget_start() noexcept;

/// Watches over the start of MPI: made before MPI_Init, gone when all ranks have found each other.
///
/// A rank that is lost on the way leaves the others waiting forever. After ALSTER_MPI_START_SECONDS (120) each of them
/// ends with requeue (75), and the first one says so. Where MPI ends the process by exit(), a last line explains it and
/// the exit code is unavailable (69).
class MpiStart {
public:
    /// Throws usage (64) where ALSTER_MPI_START_SECONDS is no number of seconds, out_of_memory (13) without a thread.
    MpiStart();
    ~MpiStart();
    MpiStart(const MpiStart&) = delete;
    MpiStart& operator=(const MpiStart&) = delete;

private:
    void watch();

    std::chrono::seconds patience_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool done_ = false;
    std::thread watcher_;
};

}  // namespace alster
