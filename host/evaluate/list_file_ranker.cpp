#include "host/evaluate/list_file_ranker.hpp"

#include <algorithm>

#include "data/error.hpp"

namespace alster {

namespace {

const ListGroup& group_of_users(const ListFileReader& file, Row k)
{
    std::vector<const ListGroup*> found;
    for (const auto& group : file.groups())
        if (group.side == Side::users) found.push_back(&group);
    const auto path = file.file().path().string();
    if (found.size() != 1)
        throw Error(ExitCode::bad_data, "{}: has {} groups of users' lists, and one is needed to measure it", path,
                    found.size());
    if (found[0]->k < k)
        throw Error(ExitCode::usage, "--k {}: the lists of {} have {} places; ask for no more", k, path, found[0]->k);
    return *found[0];
}

/// Lists that leave out what is to be found would look bad without being so.
void require_honest(const ListFileReader& file, const DatasetReader& dataset)
{
    const ListInfo& info = file.info();
    if (info.fingerprint == dataset.info().fingerprint && info.excluded && info.excluded->held_out)
        throw Error(ExitCode::bad_data,
                    "{}: its lists leave out what {} holds out ({}); make them by alster recommend --allow-held-out",
                    file.file().path().string(), dataset.file().path().string(), words(*info.excluded));
}

}  // namespace

ListFileRanker::ListFileRanker(const std::filesystem::path& path, const DatasetReader& dataset, RowRange rows, Row k)
    : lists_(static_cast<std::size_t>(rows.size()))
{
    const ListFileReader file(path);
    require_honest(file, dataset);
    const IdColumn known = dataset.ids(Side::items, {0, dataset.info().items});
    const IdLookup lookup(known);
    const IdColumn items = file.ids(Side::items, {0, file.rows(Side::items)});
    for (Row i = 0; i < items.rows(); ++i)
        dataset_item_.push_back(static_cast<std::int32_t>(lookup.find(items.text(i)).value_or(-1)));
    read_lists(file, group_of_users(file, k), dataset, rows);
}

void ListFileRanker::read_lists(const ListFileReader& file, const ListGroup& group, const DatasetReader& dataset,
                                RowRange rows)
{
    const IdColumn own = dataset.ids(Side::users, rows);
    const IdLookup lookup(own);
    std::vector<std::uint8_t> found(lists_.size());
    const auto append = [&](List& list, std::int32_t item, float score) {
        if (dataset_item_[item] < 0) return;
        list.items.push_back(dataset_item_[item]);
        list.scores.push_back(score);
    };
    file.each(group, {0, file.rows(Side::users)}, [&](RowRange range, const ListRows& block) {
        const IdColumn ids = file.ids(Side::users, range);
        for (Row row = 0; row < range.size(); ++row) {
            const auto user = lookup.find(ids.text(row));
            if (!user) continue;
            found[*user] = 1;
            for (Row n = row * group.k; n < row * group.k + block.filled[row]; ++n)
                append(lists_[*user], block.items[n], block.scores[n]);
        }
    });
    List popular;
    const PopularItems items = file.popular();
    for (std::size_t n = 0; n < items.items.size(); ++n)
        append(popular, items.items[n], static_cast<float>(items.counts[n]));
    for (std::size_t user = 0; user < lists_.size(); ++user)
        if (!found[user]) lists_[user] = popular;
}

Ranker ListFileRanker::ranker() const
{
    return [this](std::span<const Row> wanted, const Interactions& excluded, Row k) {
        TopK lists(std::ssize(wanted), k);
        for (Row n = 0; n < std::ssize(wanted); ++n) {
            const List& list = lists_[wanted[n]];
            const auto left_out = excluded.columns_of(n);
            Row filled = 0;
            for (std::size_t place = 0; place < list.items.size() && filled < k; ++place) {
                if (std::ranges::binary_search(left_out, list.items[place])) continue;
                lists.items[n * k + filled] = list.items[place];
                lists.scores[n * k + filled++] = list.scores[place];
            }
            lists.filled[n] = static_cast<std::int32_t>(filled);
        }
        return lists;
    };
}

}  // namespace alster
