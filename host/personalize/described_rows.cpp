#include "host/personalize/described_rows.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "data/error.hpp"

namespace alster {

namespace {

DescribedRow describe_row(const DatasetReader& dataset, Side side, Row row)
{
    const RowRange range{row, row + 1};
    DescribedRow facts{.id = dataset.ids(side, range).text(0),
                       .row = row,
                       .attributes = {},
                       .events = dataset.event_counts(side, range).front(),
                       .last_event = dataset.last_events(side, range).front()};
    for (const auto& [name, type] : dataset.attribute_types(side))
        if (auto shown = dataset.attribute(side, name, range).shown(0); !shown.empty())
            facts.attributes.emplace(name, std::move(shown));
    return facts;
}

std::vector<UserEvent> events_of(const DatasetReader& dataset, Part part, Row user)
{
    const RowRange range{user, user + 1};
    const Interactions row = dataset.interactions(part, Side::users, range);
    const auto times = dataset.info().times ? dataset.times(part, range) : std::vector<std::uint32_t>();
    std::vector<UserEvent> events;
    for (Offset n = 0; n < row.entries(); ++n)
        events.push_back({.item = row.columns[n],
                          .value = row.values[n],
                          .confidence = row.confidences.empty() ? 1.0F : row.confidences[n],
                          .preference = row.preference_of(n),
                          .roles = row.roles_of(n),
                          .time = times.empty() ? 0 : std::int64_t{times[n]}});
    std::ranges::stable_sort(events, std::greater<>(), &UserEvent::time);
    return events;
}

}  // namespace

Row row_of_id(const DatasetReader& dataset, Side side, const std::string& id)
{
    const IdColumn ids = dataset.ids(side, {0, dataset.rows(side)});
    const auto row = IdLookup(ids).find(id);
    if (!row) throw Error(ExitCode::bad_data, "{}: has no {} '{}'", dataset.file().path().string(), singular(side), id);
    return *row;
}

DescribedUser describe_user(const DatasetReader& dataset, Row user, Eligibility* rules)
{
    DescribedUser facts{.row = describe_row(dataset, Side::users, user),
                        .training = events_of(dataset, Part::train, user),
                        .held_out = events_of(dataset, Part::holdout, user),
                        .user_class = {}};
    if (!rules) return facts;
    const EligibleClass& met = rules->classes().at(rules->classes_of(std::array{user}).front());
    facts.user_class = met.name;
    facts.may_see = met.items;
    return facts;
}

DescribedItem describe_item(const DatasetReader& dataset, Row item, Eligibility* rules)
{
    const Interactions row = dataset.interactions(Part::train, Side::items, {item, item + 1});
    DescribedItem facts{.row = describe_row(dataset, Side::items, item), .interactions = row.entries(), .classes = {}};
    for (Offset n = 0; n < row.entries(); ++n) facts.positives += std::int64_t{row.positive(n)};
    if (!rules) return facts;
    std::vector<Row> users(static_cast<std::size_t>(dataset.info().users));
    std::iota(users.begin(), users.end(), Row{0});
    const auto classes = rules->classes_of(users);
    facts.classes.resize(rules->classes().size());
    for (std::size_t c = 0; c < facts.classes.size(); ++c) {
        facts.classes[c].name = rules->classes()[c].name;
        facts.classes[c].may_see = rules->items().at(static_cast<Row>(c), item);
    }
    for (const auto c : classes) ++facts.classes[c].users;
    std::erase_if(facts.classes, [](const ClassView& view) { return view.users == 0; });
    return facts;
}

}  // namespace alster
