#include "host/personalize/joined_output.hpp"

#include "distributed/leader.hpp"

namespace alster {

void JoinedOutput::commit()
{
    if (!ranks_.leads()) out_.finish();
    const auto parts = ranks_.all_gather(out_.temporary().string());
    const auto bytes = ranks_.all_gather(static_cast<std::int64_t>(out_.bytes()));
    by_leader(ranks_, [&] {
        for (int rank = 1; rank < ranks_.size(); ++rank)
            out_.append(parts[rank], static_cast<std::uint64_t>(bytes[rank]));
        out_.commit();
    });
}

}  // namespace alster
