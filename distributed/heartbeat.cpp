#include "distributed/heartbeat.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "data/console.hpp"
#include "data/error.hpp"
#include "distributed/mpi_session.hpp"
#include "distributed/mpi_support.hpp"
#include "distributed/peer.hpp"

namespace alster {

namespace {

constexpr std::chrono::seconds interval{1};
constexpr long courtesy = 10;  // seconds that others leave rank 0 the word; then they speak one by one

std::atomic<const char*> current_phase = "starting";

template <std::size_t N>
void copy_text(char (&to)[N], const char* text)
{
    *fmt::format_to_n(to, N - 1, "{}", text).out = '\0';
}

long allowed_silence()
{
    const char* asked = std::getenv("ALSTER_SILENCE_SECONDS");
    const long seconds = asked ? std::strtol(asked, nullptr, 10) : 0;
    return seconds > 0 ? seconds : 30;
}

[[noreturn]] void end_job(const std::string& message)
{
    say("alster: {}: its node, its process or the network is lost; run the same command again to go on", message);
    abort_job(static_cast<int>(ExitCode::requeue));
}

}  // namespace

void enter_phase(const char* phase) noexcept { current_phase = phase; }

/// Rank 0 has every other rank for a peer, those have rank 0.
class Heartbeat::Watch {
public:
    Watch(int rank, int size) : allowed_silence_(allowed_silence() + (rank == 0 ? 0 : courtesy + std::min(rank, 10)))
    {
        check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &comm_));
        char host[MPI_MAX_PROCESSOR_NAME] = "";
        int length = 0;
        check_mpi(MPI_Get_processor_name(host, &length));
        copy_text(mine_.host, host);
        peers_.reserve(rank == 0 ? size - 1 : 1);  // beats are received into them: they must not move
        for (int other = rank == 0 ? 1 : 0; other < (rank == 0 ? size : 1); ++other) peers_.emplace_back(comm_, other);
        thread_ = std::thread([this] { run(); });
    }

    /// Beats no more, so that the others notice that this rank has failed, should it not reach them otherwise.
    void fall_silent() noexcept
    {
        stopping_ = true;  // without the lock: the thread may hold it, and hang in MPI
        wake_.notify_one();
    }

    void stop()
    {
        check_mpi(MPI_Barrier(comm_));  // until all are here, silence is still watched
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
        part_from_all();
        check_mpi(MPI_Comm_free(&comm_));
    }

private:
    /// From all at once, so that there is one patience for all of them.
    void part_from_all()
    {
        constexpr std::chrono::milliseconds pause{1};
        std::chrono::milliseconds waited{0};  // in own pauses, as silence is counted in own beats
        for (;; waited += pause) {
            const Peer* slow = nullptr;
            for (auto& peer : peers_)
                if (!peer.part(mine_)) slow = &peer;
            if (!slow) return;
            if (waited > std::chrono::seconds(allowed_silence_)) report(*slow, allowed_silence_);
            std::this_thread::sleep_for(pause);
        }
    }

    void run()
    {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, interval, [this] { return stopping_.load(); })) beat();
    }

    void beat()
    {
        copy_text(mine_.phase, current_phase.load());
        for (auto& peer : peers_) peer.exchange(mine_);
        for (const auto& peer : peers_)
            if (peer.silence() > allowed_silence_ && !peer.heard().last) report(peer, peer.silence());
    }

    [[noreturn]] void report(const Peer& peer, long seconds) const
    {
        const Beat& heard = peer.heard();
        end_job(fmt::format("rank {}{}{} has been silent for {} s{}", peer.rank(), heard.host[0] ? " on " : "",
                            heard.host, seconds, heard.phase[0] ? fmt::format(" (last heard: {})", heard.phase) : ""));
    }

    long allowed_silence_;
    MPI_Comm comm_ = MPI_COMM_NULL;
    Beat mine_;
    std::vector<Peer> peers_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

Heartbeat::Heartbeat(const Communicator& ranks)
{
    if (ranks.size() > 1 && ranks.takes_threads()) watch_ = std::make_unique<Watch>(ranks.rank(), ranks.size());
}

Heartbeat::~Heartbeat()
{
    if (!watch_) return;
    watch_->fall_silent();   // the job is failing
    (void)watch_.release();  // its thread may still be in MPI
}

void Heartbeat::stop()
{
    if (watch_) watch_->stop();
    watch_.reset();
}

}  // namespace alster
