#include "host/prepare/prepare.hpp"

#include <fmt/ranges.h>
#include <algorithm>
#include <ctime>

#include "data/error.hpp"
#include "data/id_hash.hpp"
#include "data/ingest/dataset_output.hpp"
#include "data/ingest/event_log.hpp"
#include "data/ingest/record_sort.hpp"
#include "data/validation_part.hpp"
#include "distributed/heartbeat.hpp"
#include "distributed/id_directory.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/record_exchange.hpp"
#include "distributed/repeated_ids.hpp"
#include "distributed/reproducible_sum.hpp"
#include "host/machine/peak_memory.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/machine/threads.hpp"
#include "host/prepare/addition.hpp"
#include "host/prepare/erased_ids.hpp"
#include "host/prepare/id_spelling.hpp"
#include "host/prepare/output_paths.hpp"
#include "host/prepare/provenance.hpp"
#include "host/prepare/quarantine_file.hpp"
#include "host/prepare/shares.hpp"
#include "host/prepare/test_part.hpp"
#include "host/prepare/warnings.hpp"

namespace alster {

namespace {

constexpr const char* nothing_left = "no interactions are left to learn from: {} {} holds out all {}";

class Preparation {
public:
    /// `without`: null, or the test part that is removed from the log.
    Preparation(const Communicator& ranks, const PrepareOptions& options, const TestPart* without = nullptr)
        : ranks_(ranks),
          options_(options),
          access_(ranks),
          quarantine_(ranks, beside(options.out, ".quarantine.tsv"), options.max_bad),
          about_users_(ranks, Side::users, options.users, beside(options.out, ".users.quarantine.tsv"),
                       options.max_bad),
          about_items_(ranks, Side::items, options.items, beside(options.out, ".items.quarantine.tsv"),
                       options.max_bad),
          log_(options.filter),
          without_(without),
          test_part_(options.split, options.seed)
    {
        if (!options.rules_text.empty())
            rules_ = EventRules::of_text(options.extend, options.rules_text);
        else if (!options.rules.empty())
            rules_ = EventRules::load(options.rules);
    }

    PrepareReport run()
    {
        Stopwatch since_start;
        read();
        report_.read_seconds = since_start.elapsed();
        drop_repeated_ids();
        require_types(options_.filter, ranks_.max(std::int64_t{log_.has_types()}) > 0);
        agree_on_rows();
        gather_by_user();
        drop_repeated_events();
        split();
        merge();
        item_rows_ = partition_by_records(ranks_, log_.table().records(), Side::items, info_.items);
        read_descriptions();
        describe();
        write();
        report_.users_file = about_users_.report();
        report_.items_file = about_items_.report();
        report_.seconds = since_start.elapsed();
        report_.peak_bytes = ranks_.max(peak_memory());
        return report_;
    }

    [[nodiscard]] TestPart& test_part() { return test_part_; }

private:
    void read()
    {
        enter_phase("reading the log");
        info_.tombstones = tombstones_of(options_.extend.empty() ? options_.erased_in : options_.extend);
        read_log(
            options_.inputs,
            [&](InteractionReader& reader, const EventRules* rules, Quarantine& quarantine) {
                log_.read(reader, rules, quarantine);
            },
            [&] { log_ = EventLog(options_.filter); });
        report_.erased = ranks_.sum(drop_erased(info_.tombstones, log_));
        if (!options_.test.empty())
            read_log(
                {options_.test},
                [&](InteractionReader& reader, const EventRules* rules, Quarantine& quarantine) {
                    log_.read_held_out(reader, rules, quarantine);
                },
                [&] { log_.forget_held_out(); });
        quarantine_.check();
        report_.lines = quarantine_.lines();
        report_.quarantined = quarantine_.bad();
        report_.ignored = ranks_.sum(log_.ignored());
        for (auto& warning : type_warnings(ranks_, options_.filter, log_.met_types()))
            report_.warnings.push_back(std::move(warning));
        if (without_) without_->remove_from(log_);
        judge_times();
    }

    /// A record that goes on behind a rank's part is seen by that rank, and by no other: then files are read whole.
    template <class Read, class Undo>
    void read_log(const std::vector<std::string>& paths, Read read, Undo undo)
    {
        if (read_parts(paths, Cut::anywhere, read)) return;
        undo();
        read_parts(paths, Cut::between_files, read);
    }

    /// False where a part began inside of a record, so that what was read is worth nothing.
    template <class Read>
    bool read_parts(const std::vector<std::string>& paths, Cut cut, Read read)
    {
        InteractionReader reader(paths, share_of_input(ranks_, paths, records_of(options_.layout.format), cut),
                                 options_.layout);
        Quarantine quarantine(options_.max_bad);
        read(reader, rules_ ? &*rules_ : nullptr, quarantine);
        if (ranks_.max(std::int64_t{reader.crossed()}) > 0) return false;
        quarantine_.add(quarantine, reader.lines());
        report_.headers += ranks_.sum(reader.passed().headers);
        report_.comments += ranks_.sum(reader.passed().comments);
        TakenKeys keys;
        for (const auto& text : ranks_.all_gather(reader.taken_keys().text())) keys.add(TakenKeys::from_text(text));
        require_same_columns(ranks_, reader.columns_of_files(), paths);
        keys.require_one_each(paths);
        if (options_.layout.format == LogFormat::jsonl) keys.require_named(options_.layout.columns, paths);
        if (report_.columns.empty()) report_.columns = keys.columns();
        for (const auto& columns : ranks_.all_gather(reader.columns()))
            if (report_.columns.empty()) report_.columns = columns;
        return true;
    }

    void judge_times()
    {
        const TimeStatistics times = sum(ranks_, log_.times());
        check_times(times);
        fine_times_ = times.below_a_minute;
        const bool named = !options_.layout.columns[EventColumn::time].empty();
        for (auto& warning : time_warnings(times, Milliseconds{std::time(nullptr)} * 1000, named))
            report_.warnings.push_back(std::move(warning));
    }

    [[nodiscard]] bool has_event_ids() const { return !options_.layout.columns[EventColumn::event_id].empty(); }

    void drop_repeated_ids()
    {
        if (!has_event_ids() || options_.redelivered == Redelivered::keep) return;
        const Offset training =
            std::ranges::count_if(log_.table().records(), [](const EventRecord& record) { return record.held == 0; });
        const auto repeated = find_repeated_ids(ranks_, log_.fingerprints(), training);
        report_.redelivered = ranks_.sum(log_.drop(repeated));
    }

    void agree_on_rows()
    {
        enter_phase("numbering users and items");
        if (!options_.extend.empty()) known_.emplace(options_.extend, access_);
        if (options_.adds) report_.late = judge_late(ranks_, options_, *known_, log_);
        const auto users = number(users_, about_users_, Side::users, log_.users(), log_.asked_users());
        const auto items = number(items_, about_items_, Side::items, log_.items(), log_.asked_items());
        if (options_.split.kind == SplitPlan::Kind::random)
            log_.hold_out_at_random(options_.split.fraction, options_.seed);
        test_part_.set_rows(users, items);
        report_.test_unknown = ranks_.sum(log_.renumber(users, items));
        report_.events = ranks_.sum(static_cast<Offset>(log_.table().size()));
        if (report_.events == 0)
            throw Error(ExitCode::bad_data, "{}: no interactions in the input{}", fmt::join(options_.inputs, ", "),
                        why_nothing_is_left(report_, quarantine_.first()));
        report_.users = info_.users = users_->rows();
        report_.items = info_.items = items_->rows();
        report_.new_users = info_.users - (known_ ? known_->info().users : 0);
        report_.new_items = info_.items - (known_ ? known_->info().items : 0);
        if (known_) info_.extends = known_->info().fingerprint;
        if (!options_.adds) return;
        require_addable(options_, *known_, merging(), rules_, ranks_.max(std::int64_t{log_.weighted()}) > 0);
        add_stored(ranks_, *known_, log_.table());
    }

    /// The rows of the ids that this rank has met and, behind them, of those that it asks for. What is described has a
    /// row, too.
    std::vector<Column> number(std::optional<IdDirectory>& directory, Descriptions& about, Side side,
                               const IdIndex& met, const IdIndex& asked)
    {
        const Row known_rows = known_ ? known_->rows(side) : 0;
        const RowRange mine = RowPartition::even(known_rows, 1, ranks_.size()).of(ranks_.rank());
        const IdColumn known = known_ ? known_->ids(side, mine) : IdColumn{};
        directory.emplace(ranks_, name(side), known, mine.first, met.column());
        const IdColumn fresh = about.new_ids(*directory, info_.tombstones);
        IdSpelling spelling;
        for (const IdColumn& ids : {known, met.column(), asked.column(), fresh}) spelling.look_at(ids);
        spelling.require_one(ranks_, name(side));
        if (!options_.only_with_events && ranks_.max(fresh.rows()) > 0) {
            IdIndex all(name(side), met.column());
            for (Row r = 0; r < fresh.rows(); ++r) static_cast<void>(all.row(fresh.text(r)));
            directory.emplace(ranks_, name(side), known, mine.first, all.column());
        }
        std::vector<Column> rows = directory->rows_of_met();
        rows.resize(met.rows());
        const auto found = directory->find(asked.column());
        rows.insert(rows.end(), found.begin(), found.end());
        return rows;
    }

    /// All events of a user come to one rank, in order.
    void gather_by_user()
    {
        EventTable& table = log_.table();
        user_rows_ = partition_by_records(ranks_, table.records(), Side::users, info_.users);
        bring_to_owners(ranks_, table, Side::users, *user_rows_);
        sort_by_user(table.records(), mine(Side::users));
    }

    void drop_repeated_events()
    {
        if (!has_event_ids() && options_.redelivered != Redelivered::keep) {
            const bool drop = options_.redelivered == Redelivered::drop || fine_times_;
            const Offset repeated =
                ranks_.sum(find_repeated(log_.table(), drop, rules_ ? rules_->other() : std::nullopt));
            if (drop) {
                report_.redelivered = repeated;
                report_.events -= repeated;
            } else if (repeated > 0 && merging() == Duplicates::sum) {
                report_.warnings.push_back(fmt::format(
                    "{} events repeat another in user, item, type, value and time, but times are whole minutes: they "
                    "are summed; --redelivered drop removes them",
                    repeated));
            }
        }
        if (!rules_) log_.forget_types();
    }

    [[nodiscard]] Duplicates merging() const
    {
        return options_.duplicates.value_or(rules_ ? Duplicates::sum : Duplicates::last);
    }

    void split()
    {
        const auto sum = [&](std::span<Offset> counts) { ranks_.sum(counts); };
        if (options_.split.kind == SplitPlan::Kind::time)
            test_part_.set_begin(mark_latest(log_.table().records(), options_.split, sum));
        info_.watermark = ranks_.max(log_.watermark());
        if (options_.adds) info_.watermark = std::max(info_.watermark, known_->info().watermark);
        if (rules_ && rules_->any_decay()) log_.decay(*rules_, info_.watermark);
    }

    void merge()
    {
        enter_phase("merging the events of each user");
        merged_ = merge_duplicates(log_.table(), merging(), options_.split.last);
        test_part_.set_pairs(ranks_, log_.table().records());
        report_.interactions = info_.interactions = ranks_.sum(merged_.training);
        report_.held_out = info_.held_out = ranks_.sum(merged_.held_out);
        report_.duplicates = ranks_.sum(merged_.duplicates);
        report_.held_dropped = ranks_.sum(merged_.held_dropped);
        if (info_.interactions == 0)
            throw Error(ExitCode::bad_data, nothing_left, options_.split.option, options_.split.text, info_.held_out);
    }

    void read_descriptions()
    {
        enter_phase("reading what is said of users and items");
        about_users_.read(users_->ids_of(*user_rows_), mine(Side::users), known_);
        about_items_.read(items_->ids_of(*item_rows_), mine(Side::items), known_);
        report_.quarantined += about_users_.report().quarantined + about_items_.report().quarantined;
        for (const Descriptions* about : {&about_users_, &about_items_})
            for (auto& warning : about->warnings()) report_.warnings.push_back(std::move(warning));
        report_.users_file = about_users_.report();  // for the provenance
        report_.items_file = about_items_.report();
    }

    void describe()
    {
        const auto records = log_.table().records();
        info_.weighted = ranks_.max(std::int64_t{log_.weighted()}) > 0 || (options_.adds && known_->info().weighted);
        const bool roles = std::ranges::any_of(records, [](const EventRecord& r) { return r.role != consumed_role; });
        info_.roles = ranks_.max(std::int64_t{roles}) > 0;
        info_.times = info_.watermark > 0;
        info_.split = options_.adds ? known_->info().split : options_.test.empty() ? options_.split.text : "file";
        info_.provenance = provenance(options_, report_, rules_ ? rules_->text() : std::string(),
                                      without_ ? without_->dataset() : std::string());
        const ValueSummary values = summarize_values(records, mine(Side::users));
        info_.value_min = -static_cast<float>(ranks_.max(-double{values.least}));
        report_.value_min = info_.value_min;
        if (auto warning = value_warning(info_.value_min, info_.watermark != 0); !warning.empty())
            report_.warnings.push_back(std::move(warning));
        info_.value_max = static_cast<float>(ranks_.max(double{values.most}));
        info_.value_mean = reproducible_sum(ranks_, values.sums, info_.users, rows_per_share_chunk(info_.users)) /
                           static_cast<double>(info_.interactions);
    }

    void write()
    {
        enter_phase("writing the dataset");
        DatasetWriter file(options_.out, info_, access_);
        EventTable& table = log_.table();
        const Row first_user = mine(Side::users).first;
        file.begin(Part::train, Side::users, first_user, ranks_.sum_before(merged_.training));
        if (info_.held_out > 0) file.begin(Part::holdout, Side::users, first_user, ranks_.sum_before(merged_.held_out));
        write_by_user(file, table.records(), mine(Side::users), info_);
        write_side(file, Side::users);

        const auto records = table.records();
        const auto kept = std::remove_if(records.begin(), records.end(), [](const auto& r) { return r.held == 1; });
        table.truncate(static_cast<std::size_t>(kept - records.begin()));
        bring_to_owners(ranks_, table, Side::items, *item_rows_);
        sort_by_item(table.records(), mine(Side::items));
        const Row first_item = mine(Side::items).first;
        file.begin(Part::train, Side::items, first_item, ranks_.sum_before(static_cast<Offset>(table.size())));
        write_by_item(file, table.records(), mine(Side::items), info_);
        write_side(file, Side::items);
        file.commit();
    }

    void write_side(DatasetWriter& file, Side side)
    {
        const RowRange rows = mine(side);
        const IdDirectory& directory = side == Side::users ? *users_ : *items_;
        const IdColumn ids = directory.ids_of(side == Side::users ? *user_rows_ : *item_rows_);
        file.write_ids(side, rows.first, ids, directory.first_in_order(), directory.order());
        EventStatistics events = event_statistics(log_.table().records(), side, rows);
        if (options_.adds) add_stored(*known_, side, rows, events);
        file.write_events(side, events.counts, events.last, rows.first);
        (side == Side::users ? about_users_ : about_items_).write(file, rows.first, events.counts);
    }

    [[nodiscard]] RowRange mine(Side side) const
    {
        return (side == Side::users ? user_rows_ : item_rows_)->of(ranks_.rank());
    }

    const Communicator& ranks_;
    const PrepareOptions& options_;
    ParallelFileAccess access_;
    QuarantineFile quarantine_;
    Descriptions about_users_;
    Descriptions about_items_;
    std::optional<EventRules> rules_;
    EventLog log_;
    const TestPart* without_;
    TestPart test_part_;
    std::optional<DatasetReader> known_;  // that is extended
    std::optional<IdDirectory> users_;
    std::optional<IdDirectory> items_;
    std::optional<RowPartition> user_rows_;
    std::optional<RowPartition> item_rows_;
    bool fine_times_ = false;  // some time is no whole minute
    MergeReport merged_;       // of this rank's users
    DatasetInfo info_;
    PrepareReport report_;
};

ValidationReport prepare_validation(const Communicator& ranks, const PrepareOptions& asked, TestPart test)
{
    PrepareOptions options = asked;
    options.out = validation_of(asked.out);
    options.split = asked.validation;
    options.test = "";
    options.seed = mixed_bits(asked.seed + 1);  // by the test's own seed the pairs to hold out would all be in the test
    const auto lock = lock_output(ranks, options.out);
    const ParallelFileAccess access(ranks);
    test.set_dataset(DatasetReader(asked.out, access, Verify::nothing).info().fingerprint);
    const PrepareReport report = Preparation(ranks, options, &test).run();
    return {options.out, report.interactions, report.held_out};
}

}  // namespace

PrepareReport prepare(const Communicator& ranks, const PrepareOptions& options)
{
    check_output(options.out);
    const auto lock = lock_output(ranks, options.out);
    set_threads(ranks, 0);
    Stopwatch since_start;
    std::optional<Preparation> preparation(std::in_place, ranks, options);
    PrepareReport report = preparation->run();
    if (options.validation.kind == SplitPlan::Kind::none) return report;
    TestPart test = std::move(preparation->test_part());
    preparation.reset();
    report.validation = prepare_validation(ranks, options, std::move(test));
    report.seconds = since_start.elapsed();
    report.peak_bytes = ranks.max(peak_memory());
    return report;
}

}  // namespace alster
