#include "host/prepare/addition.hpp"

#include <algorithm>
#include <limits>

#include "data/attributes.hpp"
#include "data/error.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

namespace {

constexpr Row block_rows = 65'536;

/// `times` of the entries; empty: unknown.
void add_rows(const Interactions& rows, std::span<const std::uint32_t> times, Row first, bool held, EventTable& table)
{
    EventRecord record{.rule = stored_rule, .held = held};
    for (Row r = 0; r < rows.rows(); ++r)
        for (Offset k = rows.offsets[r]; k < rows.offsets[r + 1]; ++k) {
            record.user = static_cast<Column>(first + r);
            record.item = rows.columns[k];
            record.value = rows.values[k];
            record.confidence = rows.confidences.empty() ? 1 : rows.confidences[k];
            record.preference = rows.preference_of(k);
            record.role = rows.roles_of(k) & all_roles;
            record.seconds = times.empty() ? 0 : times[static_cast<std::size_t>(k)];
            table.push_back(record);
        }
}

}  // namespace

Offset judge_late(const Communicator& ranks, const PrepareOptions& options, const DatasetReader& stored, EventLog& log)
{
    const std::int64_t watermark = stored.info().watermark;
    if (watermark == 0) return 0;  // nobody knows
    std::vector<std::uint8_t> late;
    for (const auto& record : log.table().records()) late.push_back(record.seconds <= watermark);
    const Offset count = ranks.sum(static_cast<Offset>(std::ranges::count(late, 1)));
    if (count > 0 && options.late == LateEvents::refuse)
        throw Error(ExitCode::bad_data,
                    "{}: {} events of the log are no later than its latest, of {}, so that it may hold them already; "
                    "--late drop leaves them out, --late add takes them as new",
                    options.extend, count, iso_time(watermark));
    if (options.late == LateEvents::drop) log.drop(late);
    return count;
}

void require_addable(const PrepareOptions& options, const DatasetReader& stored, Duplicates merging,
                     const std::optional<EventRules>& rules, bool weighted)
{
    const auto refuse = [&](const char* why) {
        throw Error(ExitCode::bad_data, "{}: {}; prepare the whole log again: alster prepare --extend {} --input …",
                    options.extend, why, options.extend);
    };
    if (rules && rules->any_decay()) refuse("its confidences decay (half_life_days) from the time of its latest event");
    if (weighted && !stored.info().weighted) refuse("it has no confidences, but the new events have some");
    if (merging == Duplicates::max && (weighted || stored.info().weighted))
        refuse("--duplicates max keeps the largest confidence of a pair, not the sum by which preferences are weighed");
}

void add_stored(const Communicator& ranks, const DatasetReader& stored, EventTable& table)
{
    const RowRange mine = RowPartition::even(stored.info().users, 1, ranks.size()).of(ranks.rank());
    for (Row first = mine.first; first < mine.last; first += block_rows) {
        const RowRange rows{first, std::min(mine.last, first + block_rows)};
        for (const Part part : {Part::train, Part::holdout})
            if (part == Part::train || stored.info().held_out > 0)
                add_rows(stored.interactions(part, Side::users, rows),
                         stored.info().times ? stored.times(part, rows) : std::vector<std::uint32_t>(), first,
                         part == Part::holdout, table);
    }
}

void add_stored(const DatasetReader& stored, Side side, RowRange rows, EventStatistics& events)
{
    const RowRange known{std::min(rows.first, stored.rows(side)), std::min(rows.last, stored.rows(side))};
    const auto counts = stored.event_counts(side, known);
    const auto last = stored.last_events(side, known);
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    for (std::size_t r = 0; r < counts.size(); ++r) {
        if (std::int64_t{events.counts[r]} + counts[r] > most) {
            const Row row = known.first + static_cast<Row>(r);
            throw Error(ExitCode::bad_data, "{}: has {} events of {} {} already, and no row may have more than {}",
                        stored.file().path().string(), counts[r], side == Side::users ? "user" : "item",
                        stored.ids(side, {row, row + 1}).text(0), most);
        }
        events.counts[r] += counts[r];
        events.last[r] = std::max(events.last[r], last[r]);
    }
}

}  // namespace alster
