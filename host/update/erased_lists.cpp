#include <algorithm>
#include <limits>

#include "data/list_file.hpp"
#include "data/tombstones.hpp"
#include "host/update/erased_files.hpp"

namespace alster {

namespace {

constexpr Row most_places = Row{1} << 22;  // at a time

/// One list of a group, of places that move up where one is taken out.
struct OneListRows {
    OwnListRows& lists;
    const ListGroup& group;
    std::size_t n;  // which of them

    [[nodiscard]] std::size_t at(std::size_t place) const { return n * static_cast<std::size_t>(group.k) + place; }
    [[nodiscard]] std::size_t pieces() const { return static_cast<std::size_t>(group.evidence); }

    void move(std::size_t from, std::size_t to)
    {
        if (from == to) return;
        lists.items[at(to)] = lists.items[at(from)];
        lists.scores[at(to)] = lists.scores[at(from)];
        if (group.reasons) lists.reasons[at(to)] = lists.reasons[at(from)];
        for (std::size_t e = 0; e < pieces(); ++e) {
            lists.evidence[at(to) * pieces() + e] = lists.evidence[at(from) * pieces() + e];
            lists.evidence_weights[at(to) * pieces() + e] = lists.evidence_weights[at(from) * pieces() + e];
        }
    }

    void empty(std::size_t place)
    {
        lists.items[at(place)] = -1;
        lists.scores[at(place)] = -std::numeric_limits<float>::infinity();
        if (group.reasons) lists.reasons[at(place)] = no_reason;
        for (std::size_t e = 0; e < pieces(); ++e) {
            lists.evidence[at(place) * pieces() + e] = -1;
            lists.evidence_weights[at(place) * pieces() + e] = 0;
        }
    }

    /// Keeps the first `kept` places.
    void cut(std::size_t kept)
    {
        for (std::size_t place = kept; place < lists.filled[n]; ++place) empty(place);
        lists.filled[n] = static_cast<std::uint16_t>(kept);
    }
};

class ListErasure {
public:
    ListErasure(const std::filesystem::path& path, Erasure& erasure) : lists_(path), erasure_(erasure)
    {
        report_ = {.path = path, .kind = "lists"};
        item_ids_ = lists_.ids(Side::items, {0, lists_.rows(Side::items)});
        if (lists_.rows(Side::users) > 0) user_ids_ = lists_.ids(Side::users, {0, lists_.rows(Side::users)});
        contents_.info = lists_.info();
        users_ = erasure.rows_of(Side::users, user_ids_, contents_.info.fingerprint);
        items_ = erasure.rows_of(Side::items, item_ids_, contents_.info.fingerprint);
        contents_.info.fingerprint = erasure.following(contents_.info.fingerprint);
        const bool other_viewer = hide_viewer();
        report_.users = users_.count;
        report_.items = items_.count;
        report_.follows = contents_.info.fingerprint != lists_.info().fingerprint;
        report_.written = report_.follows || other_viewer || users_.count + items_.count > 0;
    }

    ErasedFile run()
    {
        if (!report_.written) return report_;
        const PopularItems popular = lists_.popular(), kept = without(popular, items_);
        report_.places += std::ssize(popular.items) - std::ssize(kept.items);
        user_ids_ = with_erased_ids(user_ids_, users_);
        contents_.items = with_erased_ids(item_ids_, items_);
        contents_.groups = lists_.groups();
        contents_.users = lists_.rows(Side::users);
        contents_.user_ids = user_ids_.kind;
        contents_.user_id_width = user_ids_.texts.width;
        contents_.reasons = lists_.reasons();
        if (lists_.file().contains("/popular/all/item")) contents_.popular = &kept;
        ListFileWriter file(report_.path, contents_);
        for (const ListGroup& group : lists_.groups()) write(file, group);
        if (contents_.users > 0) file.write_users(0, user_ids_);
        file.commit();
        return report_;
    }

private:
    /// Lists of items say for whom they are: "user 42".
    bool hide_viewer()
    {
        for (const auto& id : erasure_.users)
            if (contents_.info.viewer == "user " + id) {
                contents_.info.viewer = "user (erased)";
                return true;
            }
        return false;
    }

    void write(ListFileWriter& file, const ListGroup& group)
    {
        const Row block = std::max<Row>(1, most_places / (group.k * (1 + group.evidence)));
        for (Row first = 0; first < lists_.rows(group.side); first += block) {
            const RowRange range{first, std::min(lists_.rows(group.side), first + block)};
            OwnListRows rows = lists_.lists(group, range);
            for (Row r = range.first; r < range.last; ++r)
                clear(group, r, OneListRows{rows, group, static_cast<std::size_t>(r - range.first)});
            file.write(group.name, range.first, rows.rows());
        }
    }

    void clear(const ListGroup& group, Row row, OneListRows list)
    {
        const std::size_t filled = list.lists.filled[list.n];
        std::size_t kept = 0;
        if (!(group.side == Side::users ? users_ : items_).at(row))
            for (std::size_t place = 0; place < filled; ++place)
                if (stays(group, list, place)) list.move(place, kept++);
        report_.places += static_cast<Offset>(filled - kept);
        list.cut(kept);
    }

    /// The evidence of a row of a page is its seed: without it the row has no reason.
    bool stays(const ListGroup& group, OneListRows& list, std::size_t place)
    {
        if (items_.at(list.lists.items[list.at(place)])) return false;
        const std::size_t first = list.at(place) * list.pieces();
        std::size_t kept = 0;
        for (std::size_t e = 0; e < list.pieces(); ++e) {
            const auto item = list.lists.evidence[first + e];
            if (item >= 0 && items_.at(item)) continue;
            list.lists.evidence[first + kept] = item;
            list.lists.evidence_weights[first + kept++] = list.lists.evidence_weights[first + e];
        }
        report_.evidence += static_cast<Offset>(list.pieces() - kept);
        if (kept < list.pieces() && group.name.starts_with("/page/")) return false;
        for (; kept < list.pieces(); ++kept) {
            list.lists.evidence[first + kept] = -1;
            list.lists.evidence_weights[first + kept] = 0;
        }
        return true;
    }

    ListFileReader lists_;
    Erasure& erasure_;
    IdColumn user_ids_;
    IdColumn item_ids_;
    ClearedRows users_;
    ClearedRows items_;
    ListContents contents_;
    ErasedFile report_;
};

}  // namespace

ErasedFile erase_in_lists(const std::filesystem::path& path, Erasure& erasure)
{
    return ListErasure(path, erasure).run();
}

}  // namespace alster
