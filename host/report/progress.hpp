#pragma once
#include <string>

#include "host/machine/stopwatch.hpp"

namespace alster {

/// Human progress on standard error: on a terminal one bar that is redrawn, in a log file nothing but the lines.
class Progress {
public:
    /// `speaks`: false on ranks other than the first, which stay silent.
    Progress(int steps, bool speaks);
    ~Progress();

    /// Another step is about to begin: redraws the bar with the time left.
    void step(const std::string& what);

    /// A line that stays.
    void line(const std::string& text);

private:
    void clear();

    int steps_;
    int done_ = -1;
    bool speaks_;
    bool terminal_;
    Stopwatch since_start_;
};

}  // namespace alster
