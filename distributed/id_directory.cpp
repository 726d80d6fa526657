#include "distributed/id_directory.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr Row samples_per_rank = 256;  // ranks keep about equally many ids, within some 1/√samples

template <class T>
using Lists = std::vector<std::vector<T>>;

/// The first row out of `rows` ascending ones for which `beyond` holds, or `rows`.
template <class Predicate>
Row first_where(Row rows, Predicate beyond)
{
    Row first = 0;
    for (Row last = rows; first < last;) {
        const Row middle = first + (last - first) / 2;
        if (beyond(middle))
            last = middle;
        else
            first = middle + 1;
    }
    return first;
}

/// values[i] for each i of each list.
template <class T>
Lists<T> picked(const std::vector<T>& values, const Lists<Column>& which)
{
    Lists<T> lists;
    for (const auto& rows : which) {
        auto& list = lists.emplace_back();
        for (const Column r : rows) list.push_back(values[r]);
    }
    return lists;
}

/// The reverse: values[i] ← the value that stands for i.
template <class T>
void put_back(const Lists<T>& lists, const Lists<Column>& which, std::vector<T>& values)
{
    for (std::size_t k = 0; k < lists.size(); ++k)
        for (std::size_t i = 0; i < lists[k].size(); ++i) values[which[k][i]] = lists[k][i];
}

template <class T>
std::vector<T> end_to_end(const Lists<T>& lists)
{
    std::vector<T> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    return all;
}

/// The reverse: lists as long as those.
template <class T, class Like>
Lists<T> cut_like(const Lists<Like>& like, const std::vector<T>& all)
{
    Lists<T> lists;
    auto begin = all.begin();
    for (const auto& list : like) {
        lists.emplace_back(begin, begin + std::ssize(list));
        begin += std::ssize(list);
    }
    return lists;
}

/// All mentions in ascending order of their ids; of one id those first that have a row.
std::vector<Row> mentions_by_id(const IdColumn& ids, const std::vector<Column>& rows)
{
    std::vector<Row> order(rows.size());
    std::iota(order.begin(), order.end(), Row{0});
    std::sort(order.begin(), order.end(), [&](Row a, Row b) {
        if (ids.before(a, ids, b)) return true;
        if (ids.before(b, ids, a)) return false;
        return rows[a] > rows[b];
    });
    return order;
}

/// Calls visit(mentions of an id) for one id after the other.
template <class Visit>
void each_id(const IdColumn& ids, std::span<const Row> by_id, Visit visit)
{
    for (std::size_t first = 0, next = 0; first < by_id.size(); first = next) {
        while (next < by_id.size() && !ids.before(by_id[first], ids, by_id[next])) ++next;
        visit(by_id.subspan(first, next - first));
    }
}

}  // namespace

IdDirectory::IdDirectory(const Communicator& ranks, const char* what, const IdColumn& known, Row first_known,
                         const IdColumn& met)
    : ranks_(ranks)
{
    agree_on_kind(known, met);
    const IdColumn ids = joined(known, met);
    choose_borders(ids);
    std::vector<Column> rows(ids.rows(), -1);
    std::iota(rows.begin(), rows.begin() + known.rows(), static_cast<Column>(first_known));
    number(what, ids, rows);
    rows_of_met_.assign(rows.begin() + known.rows(), rows.end());
}

void IdDirectory::agree_on_kind(const IdColumn& known, const IdColumn& met)
{
    const bool text = known.kind == IdKind::text || met.kind == IdKind::text;
    kind_ = ranks_.max(std::int64_t{text}) > 0 ? IdKind::text : IdKind::int64;
    const auto width = std::max(known.text_width(), met.text_width());
    width_ = static_cast<std::size_t>(ranks_.max(static_cast<std::int64_t>(width)));
}

IdColumn IdDirectory::joined(const IdColumn& a, const IdColumn& b) const
{
    IdColumn all = IdColumn::with_rows(kind_, width_, a.rows() + b.rows());
    auto place = all.bytes().begin();
    for (const IdColumn* ids : {&a, &b}) {
        IdColumn same = kind_ == IdKind::text ? ids->as_text(width_) : *ids;
        place = std::ranges::copy(same.bytes(), place).out;
    }
    return all;
}

void IdDirectory::choose_borders(const IdColumn& ids)
{
    std::string mine;
    const Row step = ids.rows() / samples_per_rank + 1;
    for (Row r = 0; r < ids.rows(); r += step) {
        const auto bytes = ids.bytes_of(r);
        mine.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    std::string all;
    for (const auto& samples : ranks_.all_gather(mine)) all += samples;
    IdColumn samples = IdColumn::with_rows(kind_, width_, static_cast<Row>(all.size() / ids.id_bytes()));
    std::ranges::copy(std::as_bytes(std::span(all)), samples.bytes().begin());
    const auto order = samples.order();
    borders_ = IdColumn::with_rows(kind_, width_, order.empty() ? 0 : ranks_.size() - 1);
    for (Row b = 0; b < borders_.rows(); ++b)
        borders_.assign(b, samples.bytes_of(order[std::ssize(order) * (b + 1) / ranks_.size()]));
}

/// Gives rows to the ids that have none (−1), as the class promises, and keeps this rank's share.
void IdDirectory::number(const char* what, const IdColumn& ids, std::vector<Column>& rows)
{
    const auto to = by_keeper(ids);
    const IdColumn mentioned = exchanged(ids, to);
    const auto known = ranks_.all_to_all(picked(rows, to));
    auto row_of = end_to_end(known);
    const auto by_id = mentions_by_id(mentioned, row_of);

    Row kept = 0, fresh = 0;
    each_id(mentioned, by_id, [&](std::span<const Row> mentions) {
        ++kept;
        fresh += row_of[mentions.front()] < 0;
    });
    const Row had_rows = ranks_.sum(std::count_if(rows.begin(), rows.end(), [](Column row) { return row >= 0; }));
    rows_ = had_rows + ranks_.sum(fresh);
    if (rows_ > std::numeric_limits<Column>::max())
        throw Error(ExitCode::bad_data, "more than 2147483647 {}: alster counts them in 31 bits", what);

    // keepers hold ascending ranges of ids, so that the new ones of all keepers, end to end, are in order
    auto next = static_cast<Column>(had_rows + ranks_.sum_before(fresh));
    ids_ = IdColumn::with_rows(kind_, width_, kept);
    each_id(mentioned, by_id, [&](std::span<const Row> mentions) {
        const Column had = row_of[mentions.front()];
        const Column row = had < 0 ? next++ : had;
        for (const Row m : mentions) row_of[m] = row;
        ids_.assign(std::ssize(order_), mentioned.bytes_of(mentions.front()));
        order_.push_back(row);
    });
    first_in_order_ = ranks_.sum_before(kept);
    put_back(ranks_.all_to_all(cut_like(known, row_of)), to, rows);
}

int IdDirectory::keeper(const IdColumn& ids, Row r) const
{
    return static_cast<int>(first_where(borders_.rows(), [&](Row b) { return ids.before(r, borders_, b); }));
}

IdDirectory::Lists<Column> IdDirectory::by_keeper(const IdColumn& ids) const
{
    Lists<Column> lists(ranks_.size());
    for (Row r = 0; r < ids.rows(); ++r) lists[keeper(ids, r)].push_back(static_cast<Column>(r));
    return lists;
}

/// The ids that all ranks send here.
IdColumn IdDirectory::exchanged(const IdColumn& ids, const Lists<Column>& to) const
{
    Lists<std::byte> out;
    for (const auto& rows : to) {
        auto& list = out.emplace_back();
        for (const Column r : rows) {
            const auto bytes = ids.bytes_of(r);
            list.insert(list.end(), bytes.begin(), bytes.end());
        }
    }
    const auto all = end_to_end(ranks_.all_to_all(out));
    IdColumn received = IdColumn::with_rows(kind_, width_, static_cast<Row>(all.size() / ids.id_bytes()));
    std::ranges::copy(all, received.bytes().begin());
    return received;
}

Column IdDirectory::row_of(const IdColumn& ids, Row r) const
{
    const Row at = first_where(ids_.rows(), [&](Row k) { return !ids_.before(k, ids, r); });
    return at < ids_.rows() && !ids.before(r, ids_, at) ? static_cast<Column>(order_[at]) : -1;
}

std::vector<Column> IdDirectory::find(const IdColumn& texts) const
{
    IdColumn asked = IdColumn::with_rows(kind_, width_, 0);
    std::vector<Column> place;  // among the texts, of each id that is asked for: others cannot be known
    for (Row r = 0; r < texts.rows(); ++r)
        if (asked.append(texts.texts[r])) place.push_back(static_cast<Column>(r));
    const auto to = by_keeper(asked);
    const auto asking = ranks_.all_to_all(to);
    const IdColumn wanted = exchanged(asked, to);
    std::vector<Column> answers;
    for (Row r = 0; r < wanted.rows(); ++r) answers.push_back(row_of(wanted, r));
    std::vector<Column> found(place.size());
    put_back(ranks_.all_to_all(cut_like(asking, answers)), to, found);
    std::vector<Column> rows(texts.rows(), -1);
    for (std::size_t i = 0; i < place.size(); ++i) rows[place[i]] = found[i];
    return rows;
}

std::string IdDirectory::sample() const
{
    std::string text;
    for (Row r = 0; r < std::min<Row>(3, ids_.rows()); ++r)
        text += fmt::format("{}'{}'", text.empty() ? "" : ", ", ids_.text(r));
    ranks_.broadcast(text);
    return text;
}

IdColumn IdDirectory::ids_of(const RowPartition& partition) const
{
    Lists<Column> to(ranks_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) to[partition.owner(order_[i])].push_back(static_cast<Column>(i));
    const auto rows = end_to_end(ranks_.all_to_all(picked(order_, to)));
    const IdColumn received = exchanged(ids_, to);
    const RowRange mine = partition.of(ranks_.rank());
    IdColumn ids = IdColumn::with_rows(kind_, width_, mine.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        ids.assign(rows[i] - mine.first, received.bytes_of(static_cast<Row>(i)));
    return ids;
}

}  // namespace alster
