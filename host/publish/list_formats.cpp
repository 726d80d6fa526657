#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "host/publish/formats.hpp"
#include "host/publish/text_rows.hpp"

namespace alster {

namespace {

/// One list of a file.
struct FiledList {
    std::string owner;
    std::span<const std::int32_t> items;
    std::span<const float> scores;
    std::span<const std::uint8_t> reasons;  // empty: lists without reasons
};

/// Visits the lists of a group in order.
template <class Visit>
void each_list(const ListExport& job, Visit visit)
{
    const ListGroup& group = job.group;
    const auto k = static_cast<std::size_t>(group.k);
    job.lists.each(group, {0, job.lists.rows(group.side)}, [&](RowRange range, const ListRows& rows) {
        const IdColumn owners = job.lists.ids(group.side, range);
        for (std::size_t n = 0; n < rows.filled.size(); ++n) {
            const std::size_t filled = rows.filled[n];
            const auto reasons = rows.reasons.empty() ? rows.reasons : rows.reasons.subspan(n * k, filled);
            visit(FiledList{owners.text(static_cast<Row>(n)), rows.items.subspan(n * k, filled),
                            rows.scores.subspan(n * k, filled), reasons});
        }
    });
}

nlohmann::json ids_of(const ListExport& job, const FiledList& list)
{
    auto ids = nlohmann::json::array();
    for (const auto item : list.items) ids.push_back(job.items.text(item));
    return ids;
}

/// "reason" of the first place, and "reasons" of all of them where they differ.
void add_reasons(nlohmann::json& object, const ListExport& job, const FiledList& list)
{
    const auto& names = job.lists.reasons();
    object["reason"] = list.reasons.empty() ? "none" : names[list.reasons.front()];
    if (std::ranges::all_of(list.reasons, [&](auto reason) { return reason == list.reasons.front(); })) return;
    auto all = nlohmann::json::array();
    for (const auto reason : list.reasons) all.push_back(names[reason]);
    object["reasons"] = all;
}

Files write_separated_lists(const ListExport& job, char separator)
{
    const bool users = job.group.side == Side::users;
    const auto field = [&](const std::string& text) { return separator == ',' ? csv_field(text) : in_one_field(text); };
    OutputFile file(job.out);
    file.write(fmt::format("{1}{0}place{0}{2}{0}score{3}\n", separator, users ? "user" : "item",
                           users ? "item" : "similar", job.group.reasons ? fmt::format("{}reason", separator) : ""));
    each_list(job, [&](const FiledList& list) {
        std::string text;
        for (std::size_t n = 0; n < list.items.size(); ++n) {
            text += fmt::format("{1}{0}{2}{0}{3}{0}", separator, field(list.owner), n + 1,
                                field(job.items.text(list.items[n])));
            append_number(text, list.scores[n]);
            if (!list.reasons.empty()) text += separator + field(job.lists.reasons()[list.reasons[n]]);
            text += '\n';
        }
        file.write(text);
    });
    file.commit();
    return {job.out};
}

}  // namespace

Files write_lists_csv(const ListExport& lists) { return write_separated_lists(lists, ','); }

Files write_lists_tsv(const ListExport& lists) { return write_separated_lists(lists, '\t'); }

/// The lines that recommend and similar write to a .jsonl.
Files write_lists_jsonl(const ListExport& job)
{
    OutputFile file(job.out);
    const bool users = job.group.side == Side::users;
    each_list(job, [&](const FiledList& list) {
        nlohmann::json object{{"items", ids_of(job, list)},
                              {"scores", list.scores},
                              {"filled", list.items.size()},
                              {"k", job.group.k},
                              {users ? "user" : "item", list.owner}};
        if (job.group.reasons) add_reasons(object, job, list);
        file.write(json_text(object) + '\n');
    });
    file.commit();
    return {job.out};
}

/// The lines that a batch inference job of Amazon Personalize returns. Scores of similar items are left out there.
Files write_personalize(const ListExport& job)
{
    OutputFile file(job.out);
    const bool users = job.group.side == Side::users;
    each_list(job, [&](const FiledList& list) {
        nlohmann::ordered_json output{{"recommendedItems", ids_of(job, list)}};
        if (users) output["scores"] = list.scores;
        const nlohmann::ordered_json object{
            {"input", {{users ? "userId" : "itemId", list.owner}}}, {"output", output}, {"error", nullptr}};
        file.write(json_text(object) + '\n');
    });
    file.commit();
    return {job.out};
}

}  // namespace alster
