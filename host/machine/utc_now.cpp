#include "host/machine/utc_now.hpp"

#include <fmt/chrono.h>

#include <ctime>

namespace alster {

std::string utc_now(const Communicator& ranks, const char* format)
{
    std::string now = fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
    ranks.broadcast(now);
    return now;
}

}  // namespace alster
