#include "data/console.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "data/error.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

constexpr std::size_t output_buffer = std::size_t{1} << 16;
constexpr std::size_t at_once = 4096;  // PIPE_BUF: a pipe that poll() calls writable takes as much without waiting
constexpr std::chrono::milliseconds patience{10'000};

/// An empty handler and not SIG_IGN: programs that this one starts get the usual behaviour back.
extern "C" void let_write_fail(int) {}

/// Standard error is a pipe whose reader does not read.
std::atomic<bool> stuck = false;

bool writable(int descriptor, std::chrono::milliseconds wait) noexcept
{
    pollfd asked{descriptor, POLLOUT, 0};
    int ready = 0;
    do ready = ::poll(&asked, 1, static_cast<int>(wait.count()));
    while (ready < 0 && errno == EINTR);
    return ready != 0;  // an error shows when writing
}

/// 0, or the reason why not all was written.
int write_all(std::string_view text) noexcept
{
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            writable(STDOUT_FILENO, std::chrono::milliseconds(-1));  // whoever shares the stream made it so
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

std::string& gathered()
{
    static std::string text;
    return text;
}

}  // namespace

void hold_standard_streams() noexcept
{
    struct sigaction action = {};
    action.sa_handler = let_write_fail;
    action.sa_flags = SA_RESTART;
    sigaction(SIGPIPE, &action, nullptr);
    sigaction(SIGXFSZ, &action, nullptr);
    // opened the wrong way round, so that reading or writing still fails
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0) continue;
        const int placed = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (placed > STDERR_FILENO) ::close(placed);
    }
}

void say_raw(std::string_view text) noexcept
{
    while (!text.empty()) {
        if (!writable(STDERR_FILENO, stuck ? std::chrono::milliseconds(0) : patience)) {
            stuck = true;
            return;
        }
        stuck = false;
        const ssize_t written = ::write(STDERR_FILENO, text.data(), std::min(text.size(), at_once));
        if (written >= 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return;
    }
}

void say(std::string_view line) noexcept
{
    try {
        say_raw(printable(line) + '\n');
    } catch (...) {  // no memory is left
        say_raw(line);
        say_raw("\n");
    }
}

void print(std::string_view text)
{
    gathered() += text;
    if (gathered().size() >= output_buffer) flush_output();
}

void flush_output()
{
    const int reason = write_all(gathered());
    gathered().clear();
    if (reason != 0)
        throw Error(ExitCode::io, "standard output cannot be written: {}: the result is lost, send it elsewhere",
                    std::strerror(reason));
}

}  // namespace alster
