#include "host/evaluate/page_evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "data/dataset_file.hpp"
#include "data/error.hpp"
#include "data/list_file.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/evaluate/page_metric.hpp"
#include "host/evaluate/user_means.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

constexpr std::uint64_t seed = 1;
constexpr int overlap_bits = 32;

using Page = std::vector<std::vector<std::int32_t>>;

/// Pages of some consecutive users.
std::vector<Page> read_pages(const ListFileReader& file, RowRange users)
{
    std::vector<Page> pages(users.size());
    for (const ListGroup& group : file.groups()) {
        if (!group.name.starts_with("/page/")) continue;
        const OwnListRows lists = file.lists(group, users);
        for (Row u = 0; u < users.size(); ++u) {
            const auto first = lists.items.begin() + u * group.k;
            if (lists.filled[u] > 0) pages[u].emplace_back(first, first + lists.filled[u]);
        }
    }
    return pages;
}

std::vector<std::int32_t> titles_of(const Page& page)
{
    std::vector<std::int32_t> titles;
    for (const auto& row : page) titles.insert(titles.end(), row.begin(), row.end());
    std::ranges::sort(titles);
    return titles;
}

double jaccard(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b)
{
    std::vector<std::int32_t> both;
    std::ranges::set_intersection(a, b, std::back_inserter(both));
    const auto all = std::ssize(a) + std::ssize(b) - std::ssize(both);
    return all == 0 ? 0 : static_cast<double>(std::ssize(both)) / static_cast<double>(all);
}

std::vector<std::int32_t> relevant_of(const Interactions& holdout, Row user)
{
    std::vector<std::int32_t> items;
    for (Offset n = holdout.offsets[user]; n < holdout.offsets[user + 1]; ++n)
        if (holdout.positive(n)) items.push_back(holdout.columns[n]);
    return items;
}

/// What one rank counts.
struct Counts {
    std::int64_t pages = 0, rows = 0, titles = 0, pairs = 0;
    std::int64_t overlap = 0;         // in 2⁻³² of a pair: the same sum for any number of ranks
    std::vector<std::int64_t> shown;  // (items)
};

void count(const std::vector<Page>& pages, Counts& counts)
{
    std::vector<std::int32_t> before;
    for (const Page& page : pages) {
        auto titles = titles_of(page);
        counts.pages += std::int64_t{!page.empty()};
        counts.rows += std::ssize(page);
        counts.titles += std::ssize(titles);
        for (const auto item : titles) ++counts.shown[item];
        if (!before.empty() && !titles.empty()) {
            counts.overlap += std::llround(std::ldexp(jaccard(before, titles), overlap_bits));
            ++counts.pairs;
        }
        before = std::move(titles);
    }
}

void require_pages(const ListFileReader& file, const DatasetReader& data, const std::filesystem::path& pages)
{
    const bool any = std::ranges::any_of(file.groups(), [](const auto& g) { return g.name.starts_with("/page/"); });
    if (!any) throw Error(ExitCode::bad_data, "{}: has no pages: alster page makes them", pages.string());
    if (file.info().fingerprint != data.info().fingerprint || file.rows(Side::users) != data.info().users)
        throw Error(ExitCode::bad_data, "{}: its pages were made from other data than {}", pages.string(),
                    data.file().path().string());
    if (file.info().excluded && file.info().excluded->held_out)
        throw Error(ExitCode::bad_data, "{}: these pages exclude what is held out: make them with --allow-held-out",
                    pages.string());
    if (data.info().held_out == 0)
        throw Error(ExitCode::bad_data, "{}: nothing is held out: prepare with --split", data.file().path().string());
}

Measurement measurement(const Means& means, std::size_t m)
{
    return {.value = means.values[m], .low = means.low[m], .high = means.high[m], .count = means.users};
}

}  // namespace

PageEvaluation evaluate_pages(const Communicator& ranks, const std::filesystem::path& pages,
                              const std::filesystem::path& data_path)
{
    const ParallelFileAccess access(ranks);
    const ListFileReader file(pages, access);
    const DatasetReader data(data_path, access);
    require_pages(file, data, pages);
    const Row users = data.info().users;
    const RowRange mine = RowPartition::even(users, rows_per_chunk, ranks.size()).of(ranks.rank());
    UserMeans means(2, users, seed);
    Counts counts;
    counts.shown.resize(static_cast<std::size_t>(data.info().items));
    for (Row first = mine.first; first < mine.last; first += rows_per_chunk) {
        const RowRange rows{first, std::min(mine.last, first + rows_per_chunk)};
        const auto made = read_pages(file, rows);
        const Interactions holdout = data.interactions(Part::holdout, Side::users, rows);
        const auto keys = user_keys(data.ids(Side::users, rows));
        for (Row u = 0; u < rows.size(); ++u) {
            const auto relevant = relevant_of(holdout, u);
            if (relevant.empty()) continue;
            const PageGain gain = page_gain(made[u], relevant);
            means.add(keys[u], std::vector<double>{gain.normalized(), gain.gain > 0 ? 1.0 : 0.0});
        }
        means.end_chunk();
        count(made, counts);
    }
    const Means all = means.over(ranks);
    ranks.sum(counts.shown);
    PageEvaluation result{.n2dcg = measurement(all, 0), .hit_rate = measurement(all, 1)};
    const auto share = [&](std::int64_t number) {
        return static_cast<double>(ranks.sum(number)) / static_cast<double>(users);
    };
    result.rows = share(counts.rows);
    result.titles = share(counts.titles);
    result.pages = ranks.sum(counts.pages);
    const auto pairs = ranks.sum(counts.pairs);
    const double overlap = std::ldexp(static_cast<double>(ranks.sum(counts.overlap)), -overlap_bits);
    result.overlap = pairs > 0 ? overlap / static_cast<double>(pairs) : 0;
    result.distinct = std::ranges::count_if(counts.shown, [](auto n) { return n > 0; });
    result.coverage = static_cast<double>(result.distinct) / static_cast<double>(data.info().items);
    return result;
}

}  // namespace alster
