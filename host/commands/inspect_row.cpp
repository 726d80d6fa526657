#include "host/commands/inspect_row.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/list_command.hpp"
#include "host/personalize/described_rows.hpp"
#include "host/publish/judge.hpp"

namespace alster {

namespace {

using Json = nlohmann::ordered_json;

std::string time_text(std::int64_t time) { return time == 0 ? std::string() : iso_time(time); }

std::vector<std::string> role_names(Roles roles)
{
    std::vector<std::string> names;
    if ((roles & consumed_role) != 0) names.emplace_back("consumed");
    if ((roles & disliked_role) != 0) names.emplace_back("disliked");
    if ((roles & shown_role) != 0) names.emplace_back("shown");
    return names;
}

Json events_json(const DatasetReader& dataset, const std::vector<UserEvent>& events)
{
    const bool titles = dataset.attribute_types(Side::items).contains("title");
    auto list = Json::array();
    for (const auto& event : events) {
        const RowRange item{event.item, event.item + 1};
        Json object{{"item", dataset.ids(Side::items, item).text(0)}};
        if (titles) object["title"] = dataset.attribute(Side::items, "title", item).shown(0);
        object["value"] = event.value;
        if (dataset.info().weighted)
            object.update({{"confidence", event.confidence}, {"preference", event.preference}});
        if (dataset.info().times) object["time"] = time_text(event.time);
        object["roles"] = role_names(event.roles);
        list.push_back(std::move(object));
    }
    return list;
}

Json row_json(const DescribedRow& facts)
{
    return {{"id", facts.id},
            {"row", facts.row},
            {"n_events", facts.events},
            {"last_event", time_text(facts.last_event)},
            {"attributes", facts.attributes}};
}

Json user_json(const DatasetReader& dataset, Row row, Eligibility* rules)
{
    const DescribedUser user = describe_user(dataset, row, rules);
    Json facts = row_json(user.row);
    if (rules) facts.update({{"class", user.user_class}, {"may_see", user.may_see}, {"items", dataset.info().items}});
    facts["training"] = events_json(dataset, user.training);
    facts["held_out"] = events_json(dataset, user.held_out);
    return facts;
}

Json item_json(const DatasetReader& dataset, Row row, Eligibility* rules)
{
    const DescribedItem item = describe_item(dataset, row, rules);
    Json facts = row_json(item.row);
    facts.update({{"interactions", item.interactions}, {"positives", item.positives}});
    for (const auto& view : item.classes)
        facts["classes"].push_back({{"class", view.name}, {"users", view.users}, {"may_see", view.may_see}});
    return facts;
}

void print_facts(const char* what, const Json& facts)
{
    print("{} {}\n", what, printable(facts["id"].get<std::string>()));
    for (const auto& [key, value] : facts.items()) {
        if (key == "id" || value.empty() || value == "") continue;
        if (value.is_array()) {
            print("  {}\n", key);
            for (const auto& entry : value) print("    {}\n", printable(json_text(entry)));
        } else if (value.is_object()) {
            for (const auto& [name, text] : value.items())
                print("  {:<14} {}\n", printable(name), printable(text.get<std::string>()));
        } else {
            print("  {:<14} {}\n", key, printable(value.is_string() ? value.get<std::string>() : json_text(value)));
        }
    }
}

/// Whether the user may see the item, by the code of the audit.
Json verdict(const DatasetReader& dataset, const RowQuestion& question, const Eligibility& rules, Row user, Row item)
{
    Judge judge(dataset, question.eligibility, rules.instant());
    const std::string clause = judge.forbids(user, item);
    return {{"may_see", clause.empty()}, {"forbidden_by", clause}};
}

}  // namespace

void inspect_rows(const std::filesystem::path& path, const RowQuestion& question, bool json)
{
    const DatasetReader dataset(path);
    std::optional<Eligibility> rules;
    if (!question.eligibility.empty())
        rules.emplace(dataset, EligibilityRules::load(question.eligibility), instant_of(Communicator{}, question.at));
    Eligibility* const given = rules ? &*rules : nullptr;
    Json answer = Json::object();
    std::optional<Row> user, item;
    if (!question.user.empty()) {
        user = row_of_id(dataset, Side::users, question.user);
        answer["user"] = user_json(dataset, *user, given);
    }
    if (!question.item.empty()) {
        item = row_of_id(dataset, Side::items, question.item);
        answer["item"] = item_json(dataset, *item, given);
    }
    if (user && item && given) answer["verdict"] = verdict(dataset, question, *given, *user, *item);
    if (json) return print("{}\n", json_text(answer));
    for (const char* what : {"user", "item"})
        if (answer.contains(what)) print_facts(what, answer[what]);
    if (answer.contains("verdict"))
        print("{}\n", answer["verdict"]["may_see"].get<bool>()
                          ? "the user may see the item"
                          : fmt::format("the user may not see the item: {}",
                                        printable(answer["verdict"]["forbidden_by"].get<std::string>())));
}

}  // namespace alster
