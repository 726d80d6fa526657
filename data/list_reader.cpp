#include <algorithm>
#include <cmath>
#include <limits>

#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/list_layout.hpp"

namespace alster {

namespace {

/// Some lists of a group that were read from a file.
struct ReadLists {
    const Hdf5File& file;
    const ListGroup& group;
    Row first;  // the number of the first of them
    const OwnListRows& lists;

    /// Throws bad_data (65): value `n` of a dataset with `width` values a list cannot be.
    template <class T>
    [[noreturn]] void refuse(const char* name, std::size_t n, Row width, T value, const std::string& wanted) const
    {
        const Row row = first + static_cast<Row>(n) / width;
        const bool of_user = group.side == Side::users;
        const auto owner = read_id_rows(file, of_user ? "/users" : "/items", {row, row + 1}).text(0);
        throw Error(ExitCode::bad_data,
                    "{}: {}{} of list {} ({} '{}'), place {}, is {}, it must be {}: the file is damaged or was altered",
                    file.path().string(), group.name, name, row, of_user ? "user" : "item", owner,
                    static_cast<Row>(n) % width, value, wanted);
    }
};

void check_filled(const ReadLists& read)
{
    for (std::size_t n = 0; n < read.lists.filled.size(); ++n)
        if (read.lists.filled[n] > read.group.k)
            read.refuse("/filled", n, 1, read.lists.filled[n], fmt::format("at most {}", read.group.k));
}

/// Empty places hold −1, −inf and no_reason; the others what they can.
void check_places(const ReadLists& read, Row items, std::size_t reasons)
{
    constexpr float empty_score = -std::numeric_limits<float>::infinity();
    constexpr const char* empty = ": the place is empty";
    const OwnListRows& lists = read.lists;
    const Row k = read.group.k;
    for (std::size_t n = 0; n < lists.items.size(); ++n) {
        const bool filled = static_cast<Row>(n) % k < lists.filled[n / static_cast<std::size_t>(k)];
        const auto item = lists.items[n];
        if (filled ? item < 0 || item >= items : item != -1)
            read.refuse("/item", n, k, item,
                        filled ? fmt::format("a row of {} items", items) : fmt::format("-1{}", empty));
        const float score = lists.scores[n];
        if (filled ? !std::isfinite(score) : score != empty_score)
            read.refuse("/score", n, k, score, filled ? "finite" : fmt::format("-inf{}", empty));
        if (!read.group.reasons) continue;
        const int reason = lists.reasons[n];
        if (filled ? static_cast<std::size_t>(reason) >= reasons : reason != no_reason)
            read.refuse("/reason", n, k, reason,
                        filled ? fmt::format("below {}, the size of {}", reasons, reason_vocabulary)
                               : fmt::format("{}{}", no_reason, empty));
    }
}

/// No list has an item twice.
void check_different(const ReadLists& read)
{
    std::vector<std::int32_t> sorted;
    for (std::size_t n = 0; n < read.lists.filled.size(); ++n) {
        const auto first = read.lists.items.begin() + static_cast<std::ptrdiff_t>(n) * read.group.k;
        const auto end = first + read.lists.filled[n];
        sorted.assign(first, end);
        std::ranges::sort(sorted);
        const auto twice = std::ranges::adjacent_find(sorted);
        if (twice == sorted.end()) continue;
        const auto second = std::find(std::find(first, end, *twice) + 1, end, *twice);
        read.refuse("/item", static_cast<std::size_t>(second - read.lists.items.begin()), read.group.k, *twice,
                    "an item that the list does not have yet");
    }
}

void check_evidence(const ReadLists& read, Row items)
{
    const Row width = read.group.k * read.group.evidence;
    for (std::size_t n = 0; n < read.lists.evidence.size(); ++n) {
        const auto item = read.lists.evidence[n];
        if (item < -1 || item >= items)
            read.refuse("/evidence", n, width, item, fmt::format("-1 or a row of {} items", items));
        const float weight = read.lists.evidence_weights[n];
        if (!std::isfinite(weight) || (item < 0 && weight != 0))
            read.refuse("/evidence_weight", n, width, weight, item >= 0 ? "finite" : "0: there is no evidence");
    }
}

Row lists_at_a_time(const ListGroup& group)
{
    constexpr Row most_places = Row{1} << 23;
    return std::max<Row>(1, most_places / (group.k * (1 + group.evidence)));
}

ListGroup group_of(const Hdf5File& file, const std::string& name)
{
    ListGroup group{.name = name, .side = side_of(name), .k = file.shape(name + "/item").width};
    group.reasons = file.contains(name + "/reason");
    if (file.contains(name + "/evidence")) {
        group.evidence = file.integer_attribute(name + "/evidence", evidence_attribute);
        if (group.evidence < 1 || group.evidence > longest_list)
            throw Error(ExitCode::bad_data, "{}: {} of {}/evidence is {}, it must be from 1 to {}",
                        file.path().string(), evidence_attribute, name, group.evidence, longest_list);
    }
    if (group.k < 1 || group.k > longest_list)
        throw Error(ExitCode::bad_data, "{}: {}/item has {} columns, lists have from 1 to {} places",
                    file.path().string(), name, group.k, longest_list);
    return group;
}

void check_shapes(const Hdf5File& file, const ListGroup& group, Row rows)
{
    check_shape(file, group.name + "/item", rows, group.k);
    check_shape(file, group.name + "/score", rows, group.k);
    check_shape(file, group.name + "/filled", rows);
    if (group.reasons) check_shape(file, group.name + "/reason", rows, group.k);
    if (group.evidence == 0) return;
    check_shape(file, group.name + "/evidence", rows, group.k * group.evidence);
    check_shape(file, group.name + "/evidence_weight", rows, group.k * group.evidence);
}

}  // namespace

ListFileReader::ListFileReader(const std::filesystem::path& path, const FileAccess& access, Verify verify)
    : file_(Hdf5File::open(path, access, verify))
{
    check_format(file_, lists_format);
    read_attributes();
    items_ = file_.shape("/items/id").rows;
    if (file_.contains("/users/id")) users_ = file_.shape("/users/id").rows;
    for (const Row rows : {items_, users_})
        if (rows > std::numeric_limits<Column>::max())
            throw Error(ExitCode::bad_data, "{}: has {} ids of one side, there can be {}", path.string(), rows,
                        std::numeric_limits<Column>::max());
    find_groups();
    read_vocabulary();
}

void ListFileReader::read_attributes()
{
    info_ = {.run_id = file_.text_attribute("/", "run_id"),
             .space_id = file_.text_attribute("/", "space_id"),
             .fingerprint = file_.text_attribute("/", "data_fingerprint"),
             .objective = file_.text_attribute("/", "objective"),
             .score = file_.text_attribute("/", "score"),
             .excluded = std::nullopt,
             .mean = file_.real_attribute("/", "mean"),
             .eligibility = {}};
    if (file_.has_attribute("/", eligibility_attribute)) {
        info_.eligibility = file_.text_attribute("/", eligibility_attribute);
        info_.instant = file_.integer_attribute("/", instant_attribute);
        if (file_.has_attribute("/", viewer_attribute)) info_.viewer = file_.text_attribute("/", viewer_attribute);
    }
    if (file_.has_attribute("/", rerank_attribute)) info_.rerank = file_.text_attribute("/", rerank_attribute);
    if (file_.has_attribute("/", "excluded")) {
        const auto text = file_.text_attribute("/", "excluded");
        info_.excluded = left_out(text);
        require_attribute(file_, info_.excluded.has_value(), "excluded", text, "words of docs/formats.md");
    }
    const bool known = info_.objective == "implicit" || info_.objective == "explicit";
    require_attribute(file_, known, "objective", info_.objective, "implicit or explicit");
    require_attribute(file_, std::isfinite(info_.mean), "mean", info_.mean, "a finite number");
}

void ListFileReader::find_groups()
{
    constexpr std::string_view suffix = "/item";
    for (const auto& name : file_.datasets()) {
        if (!name.ends_with(suffix) || name.starts_with("/popular/")) continue;
        groups_.push_back(group_of(file_, name.substr(0, name.size() - suffix.size())));
        check_shapes(file_, groups_.back(), rows(groups_.back().side));
    }
    if (groups_.empty()) throw Error(ExitCode::bad_data, "{}: holds no lists", file_.path().string());
    const Row k = file_.integer_attribute("/", "k");
    require_attribute(file_, k == longest_of(groups_), "k", k, fmt::format("{}, as its lists", longest_of(groups_)));
}

void ListFileReader::read_vocabulary()
{
    if (std::ranges::none_of(groups_, &ListGroup::reasons)) return;
    const TextColumn words = file_.read_text(reason_vocabulary);
    for (Row r = 0; r < words.rows(); ++r) reasons_.emplace_back(words[r]);
    auto sorted = reasons_;
    std::ranges::sort(sorted);
    const bool different = std::ranges::adjacent_find(sorted) == sorted.end();
    if (reasons_.empty() || reasons_.size() > no_reason || !different || sorted.front().empty())
        throw Error(ExitCode::bad_data, "{}: {} must hold from 1 to {} different words: make the file again",
                    file_.path().string(), reason_vocabulary, no_reason);
}

const ListGroup& ListFileReader::group(const std::string& name) const
{
    const auto found = std::ranges::find(groups_, name, &ListGroup::name);
    if (found != groups_.end()) return *found;
    std::string known;
    for (const auto& group : groups_) known += (known.empty() ? "" : ", ") + group.name;
    throw Error(ExitCode::bad_data, "{}: has no lists {}, it has {}", file_.path().string(), name, known);
}

IdColumn ListFileReader::ids(Side side, RowRange rows) const
{
    return read_id_rows(file_, std::string("/") + name(side), rows);
}

OwnListRows ListFileReader::lists(const ListGroup& group, RowRange rows) const
{
    OwnListRows lists{.items = file_.read_rows<std::int32_t>(group.name + "/item", rows),
                      .scores = file_.read_rows<float>(group.name + "/score", rows),
                      .filled = file_.read_rows<std::uint16_t>(group.name + "/filled", rows),
                      .reasons = {},
                      .evidence = {},
                      .evidence_weights = {}};
    if (group.reasons) lists.reasons = file_.read_rows<std::uint8_t>(group.name + "/reason", rows);
    if (group.evidence > 0) {
        lists.evidence = file_.read_rows<std::int32_t>(group.name + "/evidence", rows);
        lists.evidence_weights = file_.read_rows<float>(group.name + "/evidence_weight", rows);
    }
    const ReadLists read{file_, group, rows.first, lists};
    check_filled(read);
    check_places(read, items_, reasons_.size());
    check_different(read);
    check_evidence(read, items_);
    return lists;
}

void ListFileReader::each(const ListGroup& group, RowRange rows,
                          const std::function<void(RowRange, const ListRows&)>& visit) const
{
    const Row block = lists_at_a_time(group);
    for (Row first = rows.first; first < rows.last; first += block) {
        const RowRange range{first, std::min(first + block, rows.last)};
        const OwnListRows read = lists(group, range);
        visit(range, read.rows());
    }
}

}  // namespace alster
