#include "data/ingest/prepare.hpp"

#include <unistd.h>

#include <fmt/ranges.h>
#include <chrono>
#include <cstring>

#include "data/error.hpp"
#include "data/ingest/dataset_output.hpp"
#include "data/ingest/event_log.hpp"
#include "data/ingest/item_catalogue.hpp"
#include "data/ingest/provenance.hpp"
#include "data/ingest/record_sort.hpp"

namespace alster {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Before hours of reading, not after.
void check_output(const std::filesystem::path& out)
{
    const auto directory = out.has_parent_path() ? out.parent_path() : std::filesystem::path(".");
    if (access(directory.c_str(), W_OK | X_OK) != 0)
        throw Error(ExitCode::cannot_create, "{}: nothing can be written in {}: {}", out.string(), directory.string(),
                    std::strerror(errno));
    if (std::filesystem::is_directory(out)) throw Error(ExitCode::cannot_create, "{}: is a directory", out.string());
}

std::filesystem::path beside(const std::filesystem::path& out, const char* ending)
{
    auto path = out;
    path += ending;
    return path;
}

class Preparation {
public:
    explicit Preparation(const PrepareOptions& options)
        : options_(options), quarantine_(beside(options.out, ".quarantine.tsv"), options.max_bad)
    {
        if (!options.rules.empty()) rules_ = EventRules::load(options.rules);
    }

    PrepareReport run()
    {
        const auto start = std::chrono::steady_clock::now();
        read();
        report_.read_seconds = seconds_since(start);
        const MergeReport merge = split_and_merge();
        const ItemCatalogue catalogue = read_catalogue();
        write(merge, catalogue);
        report_.seconds = seconds_since(start);
        return report_;
    }

private:
    void read()
    {
        const EventRules* rules = rules_ ? &*rules_ : nullptr;
        InteractionReader reader(options_.inputs, options_.layout);
        log_.read(reader, rules, quarantine_);
        if (!options_.test.empty()) {
            InteractionReader test({options_.test}, options_.layout);
            log_.read_held_out(test, rules, quarantine_);
        }
        quarantine_.check();
        if (log_.events() == 0)
            throw Error(ExitCode::bad_data, "{}: no interactions in the input", fmt::join(options_.inputs, ", "));
        report_.lines = quarantine_.lines();
        report_.quarantined = quarantine_.bad();
        report_.events = log_.events();
        report_.test_unknown = log_.unknown();
    }

    MergeReport split_and_merge()
    {
        if (options_.test.empty()) mark_held(log_.table().records(), options_.split, options_.seed);
        info_.watermark = log_.watermark();
        if (rules_ && rules_->any_decay()) log_.decay(*rules_);
        info_.users = log_.users().rows();
        info_.items = log_.items().rows();
        sort_by_user(log_.table().records(), info_.users);
        const auto how = options_.duplicates.value_or(rules_ ? Duplicates::sum : Duplicates::last);
        MergeReport merge = merge_duplicates(log_.table(), info_.users, info_.items, how, options_.split.last);
        if (merge.training == 0)
            throw Error(ExitCode::bad_data, "no interactions are left to learn from: --split {} holds out all {}",
                        options_.split.text, merge.held_out);
        report_.users = info_.users;
        report_.items = info_.items;
        report_.interactions = info_.interactions = merge.training;
        report_.held_out = info_.held_out = merge.held_out;
        report_.duplicates = merge.duplicates;
        report_.held_dropped = merge.held_dropped;
        return merge;
    }

    ItemCatalogue read_catalogue()
    {
        if (options_.items.empty()) return {};
        Quarantine quarantine(beside(options_.out, ".items.quarantine.tsv"), options_.max_bad);
        const ItemCatalogue catalogue = read_items(options_.items, log_.items(), quarantine);
        report_.items_described = catalogue.described;
        report_.items_unknown = catalogue.unknown;
        report_.quarantined += quarantine.bad();
        return catalogue;
    }

    void write(const MergeReport& merge, const ItemCatalogue& catalogue)
    {
        info_.weighted = rules_.has_value() || has_confidences();
        info_.split = options_.test.empty() ? options_.split.text : "file";
        info_.provenance = provenance(options_, report_, rules_ ? rules_->text() : std::string());
        describe_values(log_.table().records(), info_);
        write_dataset(options_.out, info_, log_, merge, catalogue.columns);
    }

    /// Without rules, only a log with a column of confidences has any other than 1.
    [[nodiscard]] bool has_confidences()
    {
        const auto records = log_.table().records();
        return std::any_of(records.begin(), records.end(), [](const EventRecord& r) { return r.confidence != 1; });
    }

    const PrepareOptions& options_;
    Quarantine quarantine_;
    std::optional<EventRules> rules_;
    EventLog log_;
    DatasetInfo info_;
    PrepareReport report_;
};

}  // namespace

PrepareReport prepare(const PrepareOptions& options)
{
    check_output(options.out);
    return Preparation(options).run();
}

}  // namespace alster
