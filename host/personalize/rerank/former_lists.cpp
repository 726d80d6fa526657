#include "host/personalize/rerank/former_lists.hpp"

#include <algorithm>

#include "data/error.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

namespace {

/// Of each id in `ids` its row in `known`, or −1.
template <class Number>
std::vector<Number> rows_in(const IdColumn& known, const IdColumn& ids)
{
    const IdLookup lookup(known);
    std::vector<Number> rows;
    rows.reserve(static_cast<std::size_t>(ids.rows()));
    for (Row r = 0; r < ids.rows(); ++r) rows.push_back(static_cast<Number>(lookup.find(ids.text(r)).value_or(-1)));
    return rows;
}

}  // namespace

FormerLists::FormerLists(const std::vector<std::filesystem::path>& paths, const ModelReader& model,
                         const FileAccess& access)
{
    const IdColumn users = model.ids(Side::users, {0, model.info().users});
    const IdColumn items = model.ids(Side::items, {0, model.info().items});
    for (const auto& path : paths) {
        ListFileReader lists(path, access);
        const bool of_users =
            std::ranges::any_of(lists.groups(), [](const ListGroup& group) { return group.side == Side::users; });
        if (!of_users) throw Error(ExitCode::bad_data, "{}: has no lists of users", path.string());
        const IdColumn its_users = lists.ids(Side::users, {0, lists.rows(Side::users)});
        const IdColumn its_items = lists.ids(Side::items, {0, lists.rows(Side::items)});
        files_.push_back({std::move(lists), rows_in<Row>(its_users, users), rows_in<std::int32_t>(items, its_items)});
    }
}

/// Users in any order; a run of consecutive rows of the file is read at once.
void FormerLists::add(const File& file, std::span<const Row> users, std::span<std::vector<std::int32_t>> shown) const
{
    const auto row = [&](std::size_t n) { return users[n] == unknown_user ? Row{-1} : file.user[users[n]]; };
    for (std::size_t n = 0; n < users.size();) {
        std::size_t end = n + 1;
        if (row(n) < 0) {
            n = end;
            continue;
        }
        while (end < users.size() && row(end) == row(end - 1) + 1) ++end;
        std::vector<std::vector<std::int32_t>> here(end - n);
        for (const ListGroup& group : file.lists.groups()) {
            if (group.side != Side::users) continue;
            file.lists.each(group, {row(n), row(end - 1) + 1}, [&](RowRange rows, const ListRows& lists) {
                for (Row r = 0; r < rows.size(); ++r)
                    for (Row place = 0; place < lists.filled[static_cast<std::size_t>(r)]; ++place) {
                        const auto item = file.item[lists.items[static_cast<std::size_t>(r * group.k + place)]];
                        if (item >= 0) here[static_cast<std::size_t>(rows.first - row(n) + r)].push_back(item);
                    }
            });
        }
        for (std::size_t u = 0; u < here.size(); ++u) {  // a file counts once, whatever rows of a page had the item
            std::ranges::sort(here[u]);
            here[u].erase(std::unique(here[u].begin(), here[u].end()), here[u].end());
            shown[n + u].insert(shown[n + u].end(), here[u].begin(), here[u].end());
        }
        n = end;
    }
}

std::vector<Showings> FormerLists::of(std::span<const Row> users) const
{
    std::vector<std::vector<std::int32_t>> shown(users.size());
    for (const File& file : files_) add(file, users, shown);
    std::vector<Showings> result(users.size());
    for (std::size_t u = 0; u < users.size(); ++u) {
        std::ranges::sort(shown[u]);
        for (const auto item : shown[u]) {
            if (result[u].items.empty() || result[u].items.back() != item) {
                result[u].items.push_back(item);
                result[u].counts.push_back(0);
            }
            ++result[u].counts.back();
        }
    }
    return result;
}

}  // namespace alster
