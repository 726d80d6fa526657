#include "host/machine/stop_signals.hpp"

#include <array>
#include <csignal>

namespace alster {

namespace {

volatile std::sig_atomic_t asked_to_end = 0;
volatile std::sig_atomic_t asked_to_save = 0;
volatile std::sig_atomic_t got_term = 0;
int alive = 0;  // StopSignals: the first one decides

extern "C" void mark_signal(int signal)
{
    if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP) got_term = 1;
    if (signal == SIGUSR2)
        asked_to_save = 1;
    else
        asked_to_end = 1;
}

constexpr std::array signals = {SIGUSR1, SIGTERM, SIGUSR2, SIGINT, SIGHUP};
std::array<struct sigaction, signals.size()> before;

}  // namespace

StopSignals::StopSignals()
{
    if (alive++ > 0) return;
    asked_to_end = 0;
    asked_to_save = 0;
    got_term = 0;
    struct sigaction action = {};
    action.sa_handler = mark_signal;
    for (std::size_t n = 0; n < signals.size(); ++n) {
        // who presses Ctrl-C twice does not want to wait
        action.sa_flags = SA_RESTART | (signals[n] == SIGINT ? static_cast<int>(SA_RESETHAND) : 0);
        sigaction(signals[n], &action, &before[n]);
        // under nohup a lost terminal ends nothing
        if (signals[n] == SIGHUP && before[n].sa_handler == SIG_IGN) sigaction(SIGHUP, &before[n], nullptr);
    }
}

StopSignals::~StopSignals()
{
    if (--alive > 0) return;
    if (asked_to_end != 0)
        return;  // the process is ending, with a code that says what it saved: TERM often follows USR1
    for (std::size_t n = 0; n < signals.size(); ++n) sigaction(signals[n], &before[n], nullptr);
}

bool StopSignals::end() const { return asked_to_end != 0; }

bool StopSignals::terminated() const { return got_term != 0; }

bool StopSignals::take_save()
{
    const bool asked = asked_to_save != 0;
    asked_to_save = 0;
    return asked;
}

}  // namespace alster
