#include "distributed/repeated_ids.hpp"

#include <algorithm>
#include <tuple>

namespace alster {

namespace {

/// An event that a rank has sent to the keeper of its id.
struct Entry {
    EventFingerprint id;
    std::uint32_t later = 0;  // it is held out
    std::uint32_t source = 0;
    std::size_t place = 0;  // among those of the source

    [[nodiscard]] auto key() const { return std::tuple(id.first, id.second, later, source, place); }
};

int keeper(const Communicator& ranks, const EventFingerprint& id)
{
    return static_cast<int>(id.first % static_cast<std::uint64_t>(ranks.size()));
}

/// For each source the answers to what it sent.
std::vector<std::vector<std::uint8_t>> answers_to(const std::vector<std::vector<EventFingerprint>>& asked,
                                                  const std::vector<std::int64_t>& training)
{
    std::vector<Entry> entries;
    std::vector<std::vector<std::uint8_t>> answers;
    for (std::size_t source = 0; source < asked.size(); ++source) {
        answers.emplace_back(asked[source].size());
        for (std::size_t place = 0; place < asked[source].size(); ++place)
            entries.push_back({.id = asked[source][place],
                               .later = static_cast<std::int64_t>(place) >= training[source],
                               .source = static_cast<std::uint32_t>(source),
                               .place = place});
    }
    std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return a.key() < b.key(); });
    for (std::size_t i = 1; i < entries.size(); ++i)
        if (entries[i].id == entries[i - 1].id) answers[entries[i].source][entries[i].place] = 1;
    return answers;
}

}  // namespace

std::vector<std::uint8_t> find_repeated_ids(const Communicator& ranks, std::span<const EventFingerprint> mine,
                                            Offset training)
{
    std::vector<std::vector<EventFingerprint>> questions(ranks.size());
    std::vector<std::int64_t> first(ranks.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
        if (mine[i] == EventFingerprint{}) continue;
        const int to = keeper(ranks, mine[i]);
        questions[to].push_back(mine[i]);
        if (static_cast<Offset>(i) < training) ++first[to];
    }
    const auto answers = ranks.all_to_all(answers_to(ranks.all_to_all(questions), ranks.all_to_all_sizes(first)));
    std::vector<std::size_t> next(ranks.size());
    std::vector<std::uint8_t> repeated(mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
        if (mine[i] == EventFingerprint{}) continue;
        const int to = keeper(ranks, mine[i]);
        repeated[i] = answers[to][next[to]++];
    }
    return repeated;
}

}  // namespace alster
