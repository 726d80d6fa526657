#include "host/machine/run_id.hpp"

#include <fmt/format.h>

#include <random>

#include "host/machine/utc_now.hpp"

namespace alster {

std::string make_run_id(const Communicator& ranks)
{
    std::random_device random;  // of the system
    std::string unique = fmt::format("-{:08x}{:08x}", random(), random());
    ranks.broadcast(unique);
    return utc_now(ranks, "{:%Y%m%dT%H%M%S}") + unique;
}

}  // namespace alster
