#include "host/report/waiting_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <system_error>
#include <utility>

#include "data/console.hpp"
#include "host/machine/stopwatch.hpp"

namespace alster {

namespace {

constexpr std::chrono::seconds patience{2};

std::atomic<std::int64_t> steps_done = 0;
std::atomic<std::int64_t> steps = 0;

}  // namespace

void note_progress(std::int64_t done, std::int64_t total) noexcept
{
    steps_done = done;
    steps = total;
}

WaitingLine::WaitingLine(std::string command, bool speaks) : command_(std::move(command))
{
    if (!speaks || isatty(STDERR_FILENO) == 0) return;
    try {
        thread_ = std::thread([this] { redraw(); });
    } catch (const std::system_error&) {  // a limit on threads: the work can do without the line
    }
}

WaitingLine::~WaitingLine()
{
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void WaitingLine::redraw()
{
    const Stopwatch since_start;
    bool drawn = false;
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, drawn ? std::chrono::seconds(1) : patience, [this] { return done_; })) {
        const std::int64_t total = steps;
        const auto share = total > 0 ? fmt::format("{} %, ", 100 * steps_done / total) : "";
        // back at the first column, so that another line overwrites this one
        say_raw(fmt::format("\r\033[K{}: {}{:.0f} s\r", command_, share, since_start.elapsed()));
        drawn = true;
    }
    if (drawn) say_raw("\r\033[K");
}

}  // namespace alster
