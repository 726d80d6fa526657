#include "host/publish/list_difference.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "data/error.hpp"
#include "host/publish/matched_ids.hpp"
#include "host/statistics/list_similarity.hpp"

namespace alster {

namespace {

constexpr Row block = 4096;             // lists at a time
constexpr std::size_t head = 100;       // most popular items
constexpr std::size_t named_items = 5;  // of a changed list

std::string common_group(const ListFileReader& before, const ListFileReader& after, const std::string& asked)
{
    if (!asked.empty()) {
        const std::string name = asked.front() == '/' ? asked : '/' + asked;
        return before.group(name).name, after.group(name).name;
    }
    std::vector<std::string> common;
    for (const auto& group : before.groups())
        for (const auto& other : after.groups())
            if (group.name == other.name) common.push_back(group.name);
    if (common.size() == 1) return common[0];
    throw Error(ExitCode::usage, "{} and {} have {} groups of lists in common{}{}: name one by --group",
                before.file().path().string(), after.file().path().string(), common.size(), common.empty() ? "" : ": ",
                fmt::join(common, ", "));
}

/// How popular items were by the earlier file.
class PopularityTable {
public:
    PopularityTable(const PopularItems& popular, Row items) : counts_(items), in_head_(items)
    {
        for (std::size_t n = 0; n < popular.items.size(); ++n) {
            counts_[popular.items[n]] = popular.counts[n];
            in_head_[popular.items[n]] = n < head;
        }
    }

    [[nodiscard]] double count(std::int32_t item) const { return known(item) ? counts_[item] : 0; }
    [[nodiscard]] bool in_head(std::int32_t item) const { return known(item) && in_head_[item] != 0; }

private:
    [[nodiscard]] bool known(std::int32_t item) const { return static_cast<std::size_t>(item) < counts_.size(); }

    std::vector<std::int32_t> counts_;
    std::vector<std::uint8_t> in_head_;
};

/// One list of rows, cut to k, with the common numbers of items.
struct OneList {
    std::vector<std::int32_t> items;
    std::vector<float> scores;

    OneList(const ListRows& rows, Row row, Row longest, Row k, std::span<const std::int32_t> number)
    {
        const auto filled = std::min(static_cast<Row>(rows.filled[row]), k);
        for (Row n = 0; n < filled; ++n) {
            items.push_back(number[rows.items[row * longest + n]]);
            scores.push_back(rows.scores[row * longest + n]);
        }
    }

    [[nodiscard]] OrderedItems ordered() const { return {items, scores}; }
};

/// One of the two files.
struct Lists {
    const ListFileReader& file;
    const ListGroup& group;
    std::vector<std::int32_t> number;  // (items of the file) in the common numbering
    std::vector<std::int64_t> places;  // (common items) lists that hold each

    [[nodiscard]] Row lists() const { return file.rows(group.side); }
};

ListShape shape_of(Lists& lists, Row k, const PopularityTable& popularity)
{
    ListShape shape{.lists = lists.lists(), .exposure = {}};
    std::vector<Offset> reasons(lists.file.reasons().size());
    double counts = 0;
    Offset in_head = 0;
    lists.file.each(lists.group, {0, lists.lists()}, [&](RowRange range, const ListRows& rows) {
        for (Row row = 0; row < range.size(); ++row) {
            const OneList list(rows, row, lists.group.k, k, lists.number);
            shape.empty += Offset{list.items.empty()};
            shape.places += std::ssize(list.items);
            for (std::size_t n = 0; n < list.items.size(); ++n) {
                lists.places[list.items[n]] += 1;
                counts += popularity.count(list.items[n]);
                in_head += Offset{popularity.in_head(list.items[n])};
                if (lists.group.reasons) reasons[rows.reasons[row * lists.group.k + static_cast<Row>(n)]] += 1;
            }
        }
    });
    std::vector<std::int64_t> own;  // other files' items are none that it could list
    for (const auto number : lists.number) own.push_back(lists.places[number]);
    shape.exposure = exposure_of(std::move(own), shape.lists, k);
    if (shape.places == 0) return shape;
    const auto places = static_cast<double>(shape.places);
    shape.popularity = counts / places;
    shape.popular_share = static_cast<double>(in_head) / places;
    for (std::size_t n = 0; n < reasons.size(); ++n)
        if (lists.group.reasons) shape.reasons[lists.file.reasons()[n]] = static_cast<double>(reasons[n]) / places;
    return shape;
}

/// Items of one list that another has not, the best first.
std::vector<std::int32_t> missing(const OneList& from, const OneList& in)
{
    std::vector<std::int32_t> items;
    for (const auto item : from.items)
        if (std::ranges::count(in.items, item) == 0) items.push_back(item);
    return items;
}

/// What is kept of one pair of lists.
struct Pair {
    Row row = 0;  // of the earlier file
    ListSimilarity likeness;
    bool equal = false;
    double churn = 0;
};

/// Compares lists of the same user, block by block.
class PairedLists {
public:
    PairedLists(const Lists& before, const Lists& after, const MatchedIds& users, Row k)
        : before_(before), after_(after), users_(users), k_(k)
    {
    }

    /// (users of both) in the order of the earlier file.
    [[nodiscard]] std::vector<Pair> all() const
    {
        std::vector<Pair> pairs;
        for (Row first = 0; first < before_.lists(); first += block)
            add_block({first, std::min(first + block, before_.lists())}, pairs);
        return pairs;
    }

    [[nodiscard]] std::pair<OneList, OneList> lists_of(Row row) const
    {
        const auto mine = before_.file.lists(before_.group, {row, row + 1});
        const Row other = users_.row(row);
        const auto theirs = after_.file.lists(after_.group, {other, other + 1});
        return {list(before_, mine, 0), list(after_, theirs, 0)};
    }

private:
    [[nodiscard]] OneList list(const Lists& of, const OwnListRows& rows, Row row) const
    {
        return {rows.rows(), row, of.group.k, k_, of.number};
    }

    /// Files of one data set have users in one order, or nearly: the rows of a block then lie close together.
    void add_block(RowRange rows, std::vector<Pair>& pairs) const
    {
        const std::size_t first = pairs.size();
        RowRange theirs{after_.lists(), 0};
        for (Row row = rows.first; row < rows.last; ++row) {
            if (users_.row(row) < 0) continue;
            pairs.push_back({.row = row, .likeness = {}});
            theirs = {std::min(theirs.first, users_.row(row)), std::max(theirs.last, users_.row(row) + 1)};
        }
        const bool close = theirs.size() <= 4 * block;
        const auto mine = before_.file.lists(before_.group, rows);
        const auto others = close && !theirs.empty() ? after_.file.lists(after_.group, theirs) : OwnListRows();
        const auto compare = [&](Pair& pair, const OwnListRows& source, Row row) {
            judge(list(before_, mine, pair.row - rows.first), list(after_, source, row), pair);
        };
        if (!close) {
            for (std::size_t n = first; n < pairs.size(); ++n) {
                const Row other = users_.row(pairs[n].row);
                compare(pairs[n], after_.file.lists(after_.group, {other, other + 1}), 0);
            }
            return;
        }
#pragma omp parallel for schedule(static)
        for (std::size_t n = first; n < pairs.size(); ++n)
            compare(pairs[n], others, users_.row(pairs[n].row) - theirs.first);
    }

    static void judge(const OneList& mine, const OneList& theirs, Pair& pair)
    {
        pair.equal = mine.items == theirs.items;
        pair.likeness = pair.equal && mine.scores == theirs.scores ? ListSimilarity{1, 1, 1, 1}  // ties are the same
                                                                   : list_similarity(mine.ordered(), theirs.ordered());
        if (!theirs.items.empty())
            pair.churn = static_cast<double>(missing(theirs, mine).size()) / static_cast<double>(theirs.items.size());
    }

    const Lists& before_;
    const Lists& after_;
    const MatchedIds& users_;
    Row k_;
};

void add_means(const std::vector<Pair>& pairs, ListDifference& result)
{
    if (pairs.empty()) return;
    std::vector<double> rbo;
    for (const auto& pair : pairs) {
        rbo.push_back(pair.likeness.rbo);
        result.unchanged += Offset{pair.equal};
        result.rbo += pair.likeness.rbo;
        result.average_overlap += pair.likeness.average_overlap;
        result.jaccard += pair.likeness.jaccard;
        result.churn += pair.churn;
    }
    for (double* sum : {&result.rbo, &result.average_overlap, &result.jaccard, &result.churn})
        *sum /= static_cast<double>(pairs.size());
    std::ranges::sort(rbo);
    result.rbo_low = rbo[(rbo.size() - 1) / 10];
    result.rbo_median = rbo[(rbo.size() - 1) / 2];
}

void add_most_changed(std::vector<Pair> pairs, const PairedLists& lists, const std::vector<std::string>& item_ids,
                      const IdColumn& users, Row shown, ListDifference& result)
{
    std::ranges::stable_sort(pairs, {}, [](const Pair& pair) { return pair.likeness.rbo; });
    const auto ids = [&](std::vector<std::int32_t> items) {
        items.resize(std::min(items.size(), named_items));
        std::vector<std::string> texts;
        for (const auto item : items) texts.push_back(item_ids[item]);
        return texts;
    };
    for (std::size_t n = 0; n < pairs.size() && std::ssize(result.most_changed) < shown; ++n) {
        if (pairs[n].equal) continue;
        const auto [mine, theirs] = lists.lists_of(pairs[n].row);
        result.most_changed.push_back({users.text(pairs[n].row), pairs[n].likeness.rbo, pairs[n].likeness.jaccard,
                                       ids(missing(mine, theirs)), ids(missing(theirs, mine))});
    }
}

void add_item_shifts(const Lists& before, const Lists& after, const std::vector<std::string>& ids, Row shown,
                     ListDifference& result)
{
    std::vector<std::size_t> order(ids.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto shift = [&](std::size_t n) { return after.places[n] - before.places[n]; };
    std::ranges::stable_sort(order, {}, shift);
    const auto count = std::min(static_cast<std::size_t>(shown), order.size());
    for (std::size_t n = 0; n < count; ++n) {
        const auto least = order[n], most = order[order.size() - 1 - n];
        if (shift(least) < 0) result.lost.push_back({ids[least], before.places[least], after.places[least]});
        if (shift(most) > 0) result.gained.push_back({ids[most], before.places[most], after.places[most]});
    }
}

}  // namespace

ListDifference compare_lists(const ListDifferenceOptions& options)
{
    const ListFileReader before_file(options.before), after_file(options.after);
    const std::string group = common_group(before_file, after_file, options.group);
    const MatchedIds items(before_file.ids(Side::items, {0, before_file.rows(Side::items)}),
                           after_file.ids(Side::items, {0, after_file.rows(Side::items)}));
    const auto item_ids = items.joined();
    Lists before{before_file, before_file.group(group), items.first_numbers(),
                 std::vector<std::int64_t>(item_ids.size())};
    Lists after{after_file, after_file.group(group), items.second_numbers(),
                std::vector<std::int64_t>(item_ids.size())};
    const Side side = before.group.side;
    const MatchedIds users(before_file.ids(side, {0, before.lists()}), after_file.ids(side, {0, after.lists()}));

    ListDifference result{.group = group, .k = std::max(before.group.k, after.group.k)};
    if (options.k > 0) result.k = std::min(options.k, result.k);
    const PopularityTable popularity(before_file.popular(), before_file.rows(Side::items));
    result.shape_before = shape_of(before, result.k, popularity);
    result.shape_after = shape_of(after, result.k, popularity);
    const PairedLists lists(before, after, users, result.k);
    const auto pairs = lists.all();
    result.common = std::ssize(pairs);
    result.only_before = before.lists() - result.common;
    result.only_after = after.lists() - result.common;
    add_means(pairs, result);
    add_most_changed(pairs, lists, item_ids, users.first(), options.shown, result);
    add_item_shifts(before, after, item_ids, options.shown, result);
    return result;
}

}  // namespace alster
