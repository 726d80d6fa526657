#include "host/evaluate/ties.hpp"

#include <algorithm>

#include "host/statistics/metrics.hpp"

namespace alster {

JudgedList judge(const RankedList& list, std::span<const Column> relevant, Row k)
{
    JudgedList judged{.hits = find_hits(list.items, relevant),
                      .worst_place = std::vector<std::int32_t>(list.items.size())};
    const auto size = static_cast<Row>(list.items.size());
    for (Row begin = 0, end = 0; begin < size; begin = end) {
        while (end < size && list.scores[end] == list.scores[begin]) ++end;
        const bool open = end == size && !list.complete;
        std::fill(judged.worst_place.begin() + begin, judged.worst_place.begin() + end,
                  open ? open_place : static_cast<std::int32_t>(end - 1));
        const auto first = judged.hits.begin() + begin, last = judged.hits.begin() + end;
        const auto found = std::count(first, last, 1);
        std::fill(first, last - found, std::uint8_t{0});
        std::fill(last - found, last, std::uint8_t{1});
        // more irrelevant items of the tie would push the relevant ones further back
        judged.undecided = open && found > 0 && end - found < k;
    }
    return judged;
}

}  // namespace alster
