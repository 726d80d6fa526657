#include "host/report/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include "data/console.hpp"

namespace alster {

Progress::Progress(int steps, bool speaks) : steps_(steps), speaks_(speaks), terminal_(speaks && isatty(STDERR_FILENO))
{
}

Progress::~Progress() { clear(); }

void Progress::step(const std::string& what)
{
    ++done_;
    if (!terminal_) return;
    constexpr int width = 30;
    const int filled = done_ * width / steps_;
    const double elapsed = since_start_.elapsed();
    const std::string left = done_ == 0 ? ""
                                        : fmt::format(", {:.1f} s a step, {:.0f} s left", elapsed / done_,
                                                      elapsed / done_ * (steps_ - done_));
    say_raw(fmt::format("\r\033[K[{}{}] {}{}", std::string(filled, '#'), std::string(width - filled, '.'), what, left));
}

void Progress::line(const std::string& text)
{
    if (!speaks_) return;
    clear();
    say(text);
}

void Progress::clear()
{
    if (terminal_) say_raw("\r\033[K");
}

}  // namespace alster
