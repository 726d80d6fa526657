#include "host/publish/list_audit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/dataset_file.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/list_file.hpp"
#include "data/output_file.hpp"
#include "data/sha256.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/publish/judge.hpp"

namespace alster {

namespace {

constexpr std::size_t most_named = 20;

/// Goes through the lists of one rank.
class Audit {
public:
    Audit(const ListFileReader& lists, const DatasetReader& data, Judge& judge, AuditReport& report)
        : lists_(lists), data_(data), judge_(judge), report_(report)
    {
        left_out_ = lists.info().excluded.value_or(LeftOut());
        item_ids_ = lists.ids(Side::items, {0, lists.rows(Side::items)});
    }

    void popular()
    {
        const PopularItems popular = lists_.popular();
        for (std::size_t n = 0; n < popular.items.size(); ++n)
            judge("/popular/all", static_cast<Row>(n) + 1, popular.items[n], std::nullopt);
    }

    /// All groups of lists of the same users together: a page shows none of its items twice.
    void of_users(RowRange users)
    {
        constexpr Row slice = 4096;
        for (Row first = users.first; first < users.last; first += slice) {
            const RowRange rows{first, std::min(users.last, first + slice)};
            const IdColumn ids = lists_.ids(Side::users, rows);
            const Histories histories{
                data_.interactions(Part::train, Side::users, rows),
                left_out_.held_out ? data_.interactions(Part::holdout, Side::users, rows) : Interactions()};
            std::vector<std::vector<std::int32_t>> shown(rows.size());
            for (const ListGroup& group : lists_.groups())
                if (group.side == Side::users) group_of_users(group, rows, ids, histories, shown);
        }
    }

    void of_items(RowRange items)
    {
        for (const ListGroup& group : lists_.groups())
            if (group.side == Side::items)
                lists_.each(group, items, [&](RowRange rows, const ListRows& lists) {
                    for (Row r = 0; r < rows.size(); ++r) neighbours(group, rows.first + r, r, lists);
                });
    }

private:
    /// Of the same users; `held_out` is empty where lists may have it.
    struct Histories {
        Interactions train;
        Interactions held_out;
    };

    void group_of_users(const ListGroup& group, RowRange users, const IdColumn& ids, const Histories& histories,
                        std::vector<std::vector<std::int32_t>>& shown)
    {
        const OwnListRows lists = lists_.lists(group, users);
        for (Row u = 0; u < users.size(); ++u) {
            const std::string name = fmt::format("{} of user {}", group.name, ids.text(u));
            ++report_.lists;
            for (Row place = 0; place < lists.filled[u]; ++place) {
                const auto item = lists.items[u * group.k + place];
                ++report_.slots;
                judge(name, place + 1, item, users.first + u);
                const bool consumed = has_consumed(histories.train, u, item);
                if (is_continued(group, lists, u * group.k + place)) {
                    if (!consumed) violate(name, place + 1, item, "not begun by the user");
                } else if (left_out_.consumed && consumed) {
                    violate(name, place + 1, item, "consumed by the user");
                }
                if (left_out_.disliked && (roles_of(histories.train, u, item) & disliked_role) != 0)
                    violate(name, place + 1, item, "disliked by the user");
                if (histories.held_out.rows() > 0 && has_consumed(histories.held_out, u, item))
                    violate(name, place + 1, item, "held out, and excluded");
                auto& before = shown[u];
                if (std::ranges::find(before, item) != before.end()) violate(name, place + 1, item, "shown twice");
                before.push_back(item);
                for (Row e = 0; e < group.evidence; ++e)
                    evidence(name, place + 1, lists.evidence[(u * group.k + place) * group.evidence + e],
                             users.first + u, histories.train, u);
            }
        }
    }

    /// A row of what was begun has nothing else.
    [[nodiscard]] bool is_continued(const ListGroup& group, const OwnListRows& lists, Row place) const
    {
        return group.reasons && lists_.reasons()[lists.reasons[place]] == "continue";
    }

    void evidence(const std::string& name, Row place, std::int32_t item, Row user, const Interactions& history, Row u)
    {
        if (item < 0) return;
        ++report_.evidence;
        judge(name + ", evidence", place, item, user);
        if (!has_consumed(history, u, item)) violate(name + ", evidence", place, item, "not consumed by the user");
    }

    void neighbours(const ListGroup& group, Row owner, Row r, const ListRows& lists)
    {
        const auto filled = lists.filled[static_cast<std::size_t>(r)];
        if (filled == 0) return;
        const std::string name = fmt::format("{} of item {}", group.name, item_ids_.text(owner));
        ++report_.lists;
        judge_for_viewer(name, 0, static_cast<std::int32_t>(owner));
        for (Row place = 0; place < filled; ++place, ++report_.slots)
            judge_for_viewer(name, place + 1, lists.items[static_cast<std::size_t>(r * group.k + place)]);
    }

    void judge(const std::string& list, Row place, std::int32_t item, std::optional<Row> user)
    {
        if (const auto clause = judge_.forbids(user, item); !clause.empty()) violate(list, place, item, clause);
    }

    /// Lists of items say who sees them: a class or a user; of other lists nobody may.
    void judge_for_viewer(const std::string& list, Row place, std::int32_t item)
    {
        const std::string& viewer = lists_.info().viewer;
        constexpr std::string_view class_mark = "class ", user_mark = "user ";
        if (viewer.starts_with(class_mark)) {
            const auto clause = judge_.forbids_class(viewer.substr(class_mark.size()), item);
            if (!clause.empty()) violate(list, place, item, clause);
        } else if (viewer.starts_with(user_mark)) {
            if (!viewer_) {
                viewer_ids_ = data_.ids(Side::users, {0, data_.info().users});
                viewer_ = IdLookup(viewer_ids_).find(viewer.substr(user_mark.size()));
            }
            judge(list, place, item, viewer_);
        } else {
            violate(list, place, item, "made for nobody in particular");
        }
    }

    /// 0: they never met.
    [[nodiscard]] static Roles roles_of(const Interactions& history, Row u, std::int32_t item)
    {
        const auto columns = history.columns_of(u);
        const auto found = std::ranges::lower_bound(columns, item);
        if (found == columns.end() || *found != item) return 0;
        return history.roles_of(history.offsets[u] + (found - columns.begin()));
    }

    [[nodiscard]] static bool has_consumed(const Interactions& history, Row u, std::int32_t item)
    {
        return (roles_of(history, u, item) & consumed_role) != 0;
    }

    void violate(const std::string& list, Row place, std::int32_t item, const std::string& clause)
    {
        ++report_.violations;
        ++report_.by_clause[clause];
        if (report_.first.size() < most_named)
            report_.first.push_back({.list = list, .place = place, .item = item_ids_.text(item), .clause = clause});
    }

    const ListFileReader& lists_;
    const DatasetReader& data_;
    Judge& judge_;
    AuditReport& report_;
    LeftOut left_out_;
    IdColumn item_ids_;
    IdColumn viewer_ids_;
    std::optional<Row> viewer_;
};

/// Rows of the lists are rows of the dataset.
void require_same_rows(const ListFileReader& lists, const DatasetReader& data, const AuditOptions& options)
{
    const bool users = lists.rows(Side::users) == 0 || lists.rows(Side::users) == data.info().users;
    if (lists.info().fingerprint != data.info().fingerprint || !users || lists.rows(Side::items) != data.info().items)
        throw Error(ExitCode::bad_data, "{}: its lists were made from other data than {}", options.lists.string(),
                    options.data.string());
    for (const Side side : {Side::users, Side::items}) {
        const Row rows = lists.rows(side);
        constexpr Row slice = Row{1} << 16;
        for (Row first = 0; first < rows; first += slice) {
            const RowRange range{first, std::min(rows, first + slice)};
            const IdColumn mine = lists.ids(side, range), theirs = data.ids(side, range);
            for (Row r = 0; r < range.size(); ++r)
                if (mine.text(r) != theirs.text(r))
                    throw Error(ExitCode::bad_data, "{}: row {} of its {} is '{}', and '{}' in {}",
                                options.lists.string(), first + r, name(side), mine.text(r), theirs.text(r),
                                options.data.string());
        }
    }
}

nlohmann::json to_json(const std::vector<Violation>& violations)
{
    auto array = nlohmann::json::array();
    for (const auto& [list, place, item, clause] : violations)
        array.push_back({{"list", list}, {"place", place}, {"item", item}, {"clause", clause}});
    return array;
}

/// What all ranks found, on each.
void join(const Communicator& ranks, AuditReport& report)
{
    for (auto* count : {&report.lists, &report.slots, &report.evidence, &report.violations}) *count = ranks.sum(*count);
    const nlohmann::json mine = {{"clauses", report.by_clause}, {"first", to_json(report.first)}};
    report.by_clause.clear();
    report.first.clear();
    for (const auto& text : ranks.all_gather(json_text(mine))) {
        const auto theirs = nlohmann::json::parse(text);
        for (const auto& [clause, count] : theirs["clauses"].items())
            report.by_clause[clause] += count.get<std::int64_t>();
        for (const auto& v : theirs["first"])
            if (report.first.size() < most_named)
                report.first.push_back(
                    {.list = v["list"], .place = v["place"], .item = v["item"], .clause = v["clause"]});
    }
}

}  // namespace

AuditReport audit_lists(const Communicator& ranks, const AuditOptions& options)
{
    const ParallelFileAccess access(ranks);
    const ListFileReader lists(options.lists, access);
    const DatasetReader data(options.data, access);
    require_same_rows(lists, data, options);
    AuditReport report;
    report.rules_of_lists = lists.info().eligibility;
    report.rules_digest = sha256_of_file(options.rules);
    report.lists_digest = sha256_of_file(options.lists);
    report.instant = options.instant.value_or(lists.info().instant);
    if (!options.instant && lists.info().eligibility.empty())
        throw Error(ExitCode::usage, "{}: was made without rules and names no instant: say one with --at",
                    options.lists.string());
    Judge judge(data, options.rules, report.instant);
    Audit audit(lists, data, judge, report);
    if (ranks.leads()) audit.popular();
    const auto mine = [&](Side side) { return RowPartition::even(lists.rows(side), 1, ranks.size()).of(ranks.rank()); };
    audit.of_users(mine(Side::users));
    audit.of_items(mine(Side::items));
    join(ranks, report);
    return report;
}

std::filesystem::path verdict_path(const std::filesystem::path& lists)
{
    auto path = lists;
    path += ".audit.json";
    return path;
}

std::string verdict_json(const AuditReport& report)
{
    return json_text(nlohmann::ordered_json{{"passed", report.passed()},
                                            {"lists", report.lists},
                                            {"slots", report.slots},
                                            {"evidence", report.evidence},
                                            {"violations", report.violations},
                                            {"by_clause", report.by_clause},
                                            {"first", to_json(report.first)},
                                            {"instant", report.instant},
                                            {"lists_sha256", report.lists_digest},
                                            {"rules_sha256", report.rules_digest},
                                            {"made_with_rules_sha256", report.rules_of_lists}});
}

void write_verdict(const AuditReport& report, const std::filesystem::path& lists)
{
    OutputFile file(verdict_path(lists));
    file.write(verdict_json(report) + '\n');
    file.commit();
}

}  // namespace alster
