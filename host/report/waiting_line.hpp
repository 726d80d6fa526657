#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace alster {

/// Says how far the work of this process is: `done` of `total` steps of any kind. Any thread may call it.
void note_progress(std::int64_t done, std::int64_t total) noexcept;

/// On a terminal, and for a command that takes longer than two seconds: one line on standard error, redrawn each
/// second, with the time so far and, where progress was noted, the share that is done. Gone at the end.
class WaitingLine {
public:
    /// `speaks`: false on ranks other than the first.
    WaitingLine(std::string command, bool speaks);
    ~WaitingLine();
    WaitingLine(const WaitingLine&) = delete;
    WaitingLine& operator=(const WaitingLine&) = delete;

private:
    void redraw();

    std::string command_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool done_ = false;
    std::thread thread_;
};

}  // namespace alster
