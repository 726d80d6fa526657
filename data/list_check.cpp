#include "data/list_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/list_layout.hpp"
#include "data/popular_items.hpp"

namespace alster {

namespace {

constexpr Row most_k = std::numeric_limits<std::uint16_t>::max();
constexpr std::int32_t no_item = -1;
constexpr std::uint8_t no_reason = 255;
constexpr float no_score = -std::numeric_limits<float>::infinity();
constexpr Row slice_places = Row{1} << 20;  // read at once
constexpr const char* vocabulary = "/vocab/reason";

std::string group_of(Side side) { return side == Side::users ? "/topk/home" : "/similar/items"; }

/// Some consecutive lists.
struct Lists {
    Row first = 0;
    std::vector<std::int32_t> items;    // (rows, k)
    std::vector<float> scores;          // (rows, k)
    std::vector<std::uint8_t> reasons;  // (rows, k) of users
    std::vector<std::uint16_t> filled;  // (rows)
};

class Check {
public:
    Check(const Hdf5File& file, const ListsInfo& info)
        : file_(file),
          info_(info),
          group_(group_of(info.side)),
          reasons_(info.side == Side::users ? file.shape(vocabulary).rows : 0)
    {
    }

    void all_lists()
    {
        const Row step = std::max<Row>(1, slice_places / info_.k);
        for (Row first = 0; first < info_.lists; first += step) {
            const Lists lists = read({first, std::min(info_.lists, first + step)});
            for (std::size_t n = 0; n < lists.filled.size(); ++n) check(lists, static_cast<Row>(n));
        }
    }

private:
    [[nodiscard]] Lists read(RowRange rows) const
    {
        Lists lists{.first = rows.first,
                    .items = file_.read_rows<std::int32_t>(group_ + "/item", rows),
                    .scores = file_.read_rows<float>(group_ + "/score", rows),
                    .reasons = {},
                    .filled = file_.read_rows<std::uint16_t>(group_ + "/filled", rows)};
        if (info_.side == Side::users) lists.reasons = file_.read_rows<std::uint8_t>(group_ + "/reason", rows);
        return lists;
    }

    template <class T>
    [[noreturn]] void refuse(const std::string& where, T value, const std::string& wanted) const
    {
        throw Error(ExitCode::bad_data, "{}: {}/{} is {}, it must be {}: make the file again", file_.path().string(),
                    group_, where, value, wanted);
    }

    static std::string at(const char* column, Row row, Row place)
    {
        return fmt::format("{} of row {}, place {}", column, row, place);
    }

    void check(const Lists& lists, Row n)
    {
        const Row filled = lists.filled[n];
        if (filled > info_.k)
            refuse(fmt::format("filled of row {}", lists.first + n), filled, fmt::format("from 0 to {}", info_.k));
        for (Row place = 0; place < filled; ++place) check_filled(lists, n, place);
        for (Row place = filled; place < info_.k; ++place) check_empty(lists, n, place);
        check_items(lists, n);
    }

    void check_filled(const Lists& lists, Row n, Row place) const
    {
        const Row row = lists.first + n;
        const Row here = n * info_.k + place;
        const auto item = lists.items[here];
        const float score = lists.scores[here];
        if (item < 0 || item >= info_.items)
            refuse(at("item", row, place), item, fmt::format("from 0 to {}", info_.items - 1));
        if (!std::isfinite(score)) refuse(at("score", row, place), score, "finite");
        if (!lists.reasons.empty() && lists.reasons[here] >= reasons_)
            refuse(at("reason", row, place), int{lists.reasons[here]},
                   fmt::format("an index of {}, below {}", vocabulary, reasons_));
        // the model's scores and the counts of popular items are no one scale
        const bool alike =
            !info_.reranked && place > 0 && (lists.reasons.empty() || lists.reasons[here] == lists.reasons[here - 1]);
        if (alike && score > lists.scores[here - 1])
            refuse(at("score", row, place), score, "no higher than that of the place before");
    }

    void check_empty(const Lists& lists, Row n, Row place) const
    {
        const Row row = lists.first + n;
        const Row here = n * info_.k + place;
        if (lists.items[here] != no_item) refuse(at("item", row, place), lists.items[here], "-1 in an empty place");
        if (lists.scores[here] != no_score)
            refuse(at("score", row, place), lists.scores[here], "-inf in an empty place");
        if (!lists.reasons.empty() && lists.reasons[here] != no_reason)
            refuse(at("reason", row, place), int{lists.reasons[here]}, "255 in an empty place");
    }

    void check_items(const Lists& lists, Row n)
    {
        const auto first = lists.items.begin() + n * info_.k;
        sorted_.assign(first, first + lists.filled[n]);
        std::ranges::sort(sorted_);
        const auto twice = std::ranges::adjacent_find(sorted_);
        if (twice != sorted_.end())
            throw Error(ExitCode::bad_data, "{}: {}/item of row {} has item {} twice: make the file again",
                        file_.path().string(), group_, lists.first + n, *twice);
    }

    const Hdf5File& file_;
    const ListsInfo& info_;
    std::string group_;
    Row reasons_;  // how many the vocabulary has
    std::vector<std::int32_t> sorted_;
};

Side side_of(const Hdf5File& file)
{
    const bool of_users = file.contains(group_of(Side::users) + "/item");
    if (of_users == file.contains(group_of(Side::items) + "/item"))
        throw Error(ExitCode::bad_data, "{}: must hold either {}/item or {}/item: make the file again",
                    file.path().string(), group_of(Side::users), group_of(Side::items));
    return of_users ? Side::users : Side::items;
}

void check_attributes(const Hdf5File& file, const ListsInfo& info)
{
    require_attribute(file, info.k >= 1 && info.k <= most_k, "k", info.k, fmt::format("from 1 to {}", most_k));
    const bool is_explicit = info.objective == "explicit";
    require_attribute(file, is_explicit || info.objective == "implicit", "objective", info.objective,
                      "implicit or explicit");
    require_attribute(file, std::isfinite(info.mean), "mean", info.mean, "a finite number");
}

void check_shapes(const Hdf5File& file, const ListsInfo& info)
{
    const auto group = group_of(info.side);
    check_shape(file, group + "/item", info.lists, info.k);
    check_shape(file, group + "/score", info.lists, info.k);
    check_shape(file, group + "/filled", info.lists);
    check_shape(file, "/items/id", info.items);
    if (info.side == Side::items) return;
    check_shape(file, group + "/reason", info.lists, info.k);
    check_shape(file, vocabulary, file.shape(vocabulary).rows);
}

void check_unique(const Hdf5File& file, const char* group, Row rows)
{
    const IdColumn ids = read_id_rows(file, group, {0, rows});
    const auto order = ids.order();
    for (std::size_t n = 1; n < order.size(); ++n)
        if (!ids.before(order[n - 1], ids, order[n]))
            throw Error(ExitCode::bad_data, "{}: {}/id has '{}' in row {} and in row {}: make the file again",
                        file.path().string(), group, ids.text(order[n]), order[n - 1], order[n]);
}

}  // namespace

ListsInfo read_lists_info(const Hdf5File& file)
{
    check_format(file, "alster-lists");
    ListsInfo info;
    info.side = side_of(file);
    info.lists = file.shape(info.side == Side::users ? "/users/id" : "/items/id").rows;
    info.items = file.shape("/items/id").rows;
    info.k = file.integer_attribute("/", "k");
    info.objective = file.text_attribute("/", "objective");
    info.mean = file.real_attribute("/", "mean");
    info.score = file.text_attribute("/", "score");
    if (info.side == Side::users) info.excluded = file.text_attribute("/", "excluded");
    info.reranked = file.has_attribute("/", rerank_attribute);
    info.run_id = file.text_attribute("/", "run_id");
    info.space_id = file.text_attribute("/", "space_id");
    info.fingerprint = file.text_attribute("/", "data_fingerprint");
    check_attributes(file, info);
    check_shapes(file, info);
    return info;
}

void verify_lists(const Hdf5File& file, const ListsInfo& info)
{
    file.verify();
    check_unique(file, "/items", info.items);
    if (info.side == Side::users) {
        check_unique(file, "/users", info.lists);
        (void)file.read_text(vocabulary);
        (void)read_popular(file, info.items);
    }
    Check(file, info).all_lists();
}

}  // namespace alster
