#pragma once
#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "distributed/factor_exchange.hpp"

namespace alster {

/// An exchange that runs beside the solve, which waits for its stages as it needs them.
class ExchangeThread {
public:
    /// Starts it. `exchange` is given what to call when stages have come.
    explicit ExchangeThread(std::function<void(const StagesArrived&)> exchange);

    /// Waits until the stages up to this one have come; false: the exchange has failed. Called by any thread.
    [[nodiscard]] bool wait_for(int stage);

    /// Waits for the end. Throws what the exchange threw.
    void finish();

    /// Valid once it is finished: how long the exchange took, and how long threads waited in wait_for, summed over
    /// them.
    [[nodiscard]] double seconds() const { return seconds_; }
    [[nodiscard]] double waited() const { return waited_; }

private:
    void arrived(int stage);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<int> come_ = -1;  // stages up to this one
    bool ended_ = false;
    std::exception_ptr failure_;
    double seconds_ = 0;
    double waited_ = 0;
    std::jthread thread_;  // last: it uses the others
};

}  // namespace alster
