#include "host/solve/exchange_thread.hpp"

#include "host/machine/stopwatch.hpp"

namespace alster {

ExchangeThread::ExchangeThread(std::function<void(const StagesArrived&)> exchange)
    : thread_([this, exchange = std::move(exchange)] {
          const Stopwatch watch;
          std::exception_ptr failure;
          try {
              exchange([this](int stage) { arrived(stage); });
          } catch (...) {
              failure = std::current_exception();
          }
          const std::lock_guard lock(mutex_);
          failure_ = failure;
          ended_ = true;
          seconds_ = watch.elapsed();
          changed_.notify_all();
      })
{
}

void ExchangeThread::arrived(int stage)
{
    const std::lock_guard lock(mutex_);
    come_ = stage;
    changed_.notify_all();
}

bool ExchangeThread::wait_for(int stage)
{
    if (come_ >= stage) return true;
    const Stopwatch watch;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return come_ >= stage || ended_; });
    waited_ += watch.elapsed();
    return come_ >= stage;
}

void ExchangeThread::finish()
{
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
}

}  // namespace alster
