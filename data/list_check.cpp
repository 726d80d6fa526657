#include "data/list_check.hpp"

#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/popular_items.hpp"

namespace alster {

namespace {

void check_unique(const ListFileReader& lists, Side side)
{
    const IdColumn ids = lists.ids(side, {0, lists.rows(side)});
    const auto order = ids.order();
    for (std::size_t n = 1; n < order.size(); ++n)
        if (!ids.before(order[n - 1], ids, order[n]))
            throw Error(ExitCode::bad_data, "{}: /{}/id has '{}' in row {} and in row {}: make the file again",
                        lists.file().path().string(), name(side), ids.text(order[n]), order[n - 1], order[n]);
}

/// The model's scores and the counts of popular items are no one scale: places of one reason are compared.
void check_order(const ListFileReader& reader, const ListGroup& group)
{
    reader.each(group, {0, reader.rows(group.side)}, [&](RowRange range, const ListRows& lists) {
        for (std::size_t n = 0; n < lists.filled.size(); ++n) {
            const auto first = n * static_cast<std::size_t>(group.k);
            for (std::size_t place = 1; place < lists.filled[n]; ++place) {
                const auto here = first + place;
                const bool alike = lists.reasons.empty() || lists.reasons[here] == lists.reasons[here - 1];
                if (!alike || lists.scores[here] <= lists.scores[here - 1]) continue;
                throw Error(ExitCode::bad_data,
                            "{}: {}/score of list {}, place {}, is {}, it must be no higher than that of the place "
                            "before: make the file again",
                            reader.file().path().string(), group.name, range.first + static_cast<Row>(n), place,
                            lists.scores[here]);
            }
        }
    });
}

/// What alster writes of users.
void check_home(const ListFileReader& lists)
{
    const Hdf5File& file = lists.file();
    static_cast<void>(file.text_attribute("/", "excluded"));
    static_cast<void>(file.shape(lists.group("/topk/home").name + "/reason"));
    static_cast<void>(lists.popular());
}

}  // namespace

void verify_lists(const ListFileReader& lists)
{
    for (const Side side : {Side::users, Side::items})
        if (lists.rows(side) > 0) check_unique(lists, side);
    static_cast<void>(read_popular(lists.file(), lists.rows(Side::items)));
    if (lists.file().contains("/topk/home/item")) check_home(lists);
    if (!lists.info().rerank.empty()) return;  // rules ordered them
    for (const ListGroup& group : lists.groups()) check_order(lists, group);
}

}  // namespace alster
