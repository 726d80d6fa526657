#include "host/personalize/neighbour_term.hpp"

#include <algorithm>
#include <bit>

#include "data/error.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"

namespace alster {

namespace {

struct ItemScore {
    std::int32_t item;
    double value;
};

/// A score for each item, 0 between two users, and which are not.
class Accumulator {
public:
    explicit Accumulator(const ItemWalk& neighbours)
        : neighbours_(neighbours),
          sums_(static_cast<std::size_t>(neighbours.rows())),
          touched_(static_cast<std::size_t>((neighbours.rows() + 63) / 64))
    {
    }

    std::vector<ItemScore> scores(std::span<const Column> history)
    {
        for (const Column i : history) add(neighbours_.items_of(i), neighbours_.weights_of(i));
        std::vector<ItemScore> found;
        for (std::size_t word = 0; word < touched_.size(); ++word)
            for (std::uint64_t& bits = touched_[word]; bits != 0; bits &= bits - 1) {
                const auto item = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                found.push_back({static_cast<std::int32_t>(item), std::exchange(sums_[item], 0)});
            }
        return found;
    }

private:
    void add(std::span<const std::int32_t> items, std::span<const float> weights)
    {
        for (std::size_t n = 0; n < items.size(); ++n) {
            const auto item = static_cast<std::size_t>(items[n]);
            sums_[item] += static_cast<double>(weights[n]);
            touched_[item / 64] |= std::uint64_t{1} << item % 64;
        }
    }

    const ItemWalk& neighbours_;
    std::vector<double> sums_;
    std::vector<std::uint64_t> touched_;
};

ItemWalk read(const NeighbourReader& file)
{
    return {.offsets = file.offsets(), .items = file.items(), .weights = file.weights()};
}

const std::string& fingerprint_of(const ServedModel& served)
{
    return served.has_dataset() ? served.dataset().info().fingerprint : served.info().fingerprint;
}

bool is_of(const ServedModel& served, const NeighbourInfo& info)
{
    return info.fingerprint == fingerprint_of(served) && info.items == served.info().items;
}

}  // namespace

bool NeighbourTerm::fits(const ServedModel& served, const std::filesystem::path& file)
{
    std::int64_t fits = 0;
    by_leader(served.ranks(), [&] {
        fits = std::filesystem::exists(file) &&
               is_of(served, NeighbourReader(file, serial_access(), Verify::nothing).info());
    });
    served.ranks().broadcast(std::span(&fits, 1));
    return fits != 0;
}

NeighbourTerm::NeighbourTerm(const ServedModel& served, const std::filesystem::path& file)
{
    if (!std::filesystem::exists(file))
        throw Error(ExitCode::bad_data, "{}: there is no such file; alster neighbours --data DATASET --out {} makes it",
                    file.string(), file.string());
    const ParallelFileAccess access(served.ranks());
    const NeighbourReader reader(file, access);
    const NeighbourInfo& info = reader.info();
    if (!is_of(served, info))
        throw Error(ExitCode::bad_data, "{} was not made from {}: make it again with alster neighbours", file.string(),
                    served.has_dataset() ? served.options().data.string() : "the data that the model was trained on");
    neighbours_ = read(reader);
    words_ = fmt::format("b {}, at most {} neighbours of an item", info.b, info.most);
}

NeighbourTerm::NeighbourTerm(ItemWalk neighbours) : neighbours_(std::move(neighbours)) {}

TopK NeighbourTerm::lists(std::span<const Row> items, Row k) const
{
    TopK lists(std::ssize(items), k);
    for (Row n = 0; n < lists.rows(); ++n) {
        const auto filled = std::min<Row>(k, std::ssize(neighbours_.items_of(items[n])));
        std::copy_n(neighbours_.items_of(items[n]).begin(), filled, lists.items.begin() + n * k);
        std::copy_n(neighbours_.weights_of(items[n]).begin(), filled, lists.scores.begin() + n * k);
        lists.filled[n] = static_cast<std::int32_t>(filled);
    }
    return lists;
}

SparseScores NeighbourTerm::scores(const Interactions& histories) const
{
    std::vector<std::vector<ItemScore>> found(static_cast<std::size_t>(histories.rows()));
#pragma omp parallel
    {
        Accumulator sums(neighbours_);
#pragma omp for schedule(dynamic, 16)
        for (Row u = 0; u < histories.rows(); ++u) found[u] = sums.scores(histories.columns_of(u));
    }
    SparseScores scores;
    for (const auto& row : found) {
        for (const auto& [item, value] : row) {
            scores.items.push_back(item);
            scores.values.push_back(value);
        }
        scores.offsets.push_back(static_cast<Offset>(scores.items.size()));
    }
    return scores;
}

}  // namespace alster
