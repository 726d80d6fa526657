#pragma once
#include <chrono>
#include <utility>

namespace alster {

/// Wall-clock seconds.
class Stopwatch {
public:
    /// Since the last lap, or since the watch was made.
    double lap()
    {
        const auto now = Clock::now();
        return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
    }

    void restart() { last_ = Clock::now(); }

    [[nodiscard]] double elapsed() const { return std::chrono::duration<double>(Clock::now() - last_).count(); }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point last_ = Clock::now();
};

}  // namespace alster
