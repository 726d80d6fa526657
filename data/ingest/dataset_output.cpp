#include "data/ingest/dataset_output.hpp"

#include <algorithm>

#include "data/ingest/record_sort.hpp"

namespace alster {

namespace {

constexpr std::size_t block_entries = std::size_t{1} << 18;
constexpr Row block_rows = Row{1} << 18;

/// Gathers rows of one part and side and hands them to the file in blocks.
class BlockWriter {
public:
    BlockWriter(DatasetWriter& file, Part part, Side side, bool weighted)
        : file_(file), part_(part), side_(side), weighted_(weighted)
    {
    }

    void add(const EventRecord& record)
    {
        block_.columns.push_back(side_ == Side::users ? record.item : record.user);
        block_.values.push_back(record.value);
        if (!weighted_) return;
        block_.confidences.push_back(record.confidence);
        block_.preferences.push_back(record.preference);
    }

    void end_row()
    {
        block_.offsets.push_back(static_cast<Offset>(block_.columns.size()));
        if (block_.columns.size() >= block_entries || block_.rows() >= block_rows) flush();
    }

    void flush()
    {
        if (block_.rows() == 0) return;
        file_.append(part_, side_, block_);
        block_.offsets.resize(1);
        block_.columns.clear();
        block_.values.clear();
        block_.confidences.clear();
        block_.preferences.clear();
    }

private:
    DatasetWriter& file_;
    Part part_;
    Side side_;
    bool weighted_;
    Interactions block_;
};

void write_by_user(DatasetWriter& file, std::span<const EventRecord> records, const DatasetInfo& info)
{
    BlockWriter training(file, Part::train, Side::users, info.weighted);
    BlockWriter holdout(file, Part::holdout, Side::users, info.weighted);
    auto record = records.begin();
    for (Row user = 0; user < info.users; ++user) {
        for (; record != records.end() && record->user == user; ++record)
            (record->held ? holdout : training).add(*record);
        training.end_row();
        if (info.held_out > 0) holdout.end_row();
    }
    training.flush();
    holdout.flush();
}

void write_by_item(DatasetWriter& file, std::span<const EventRecord> records, const DatasetInfo& info)
{
    BlockWriter training(file, Part::train, Side::items, info.weighted);
    auto record = records.begin();
    for (Row item = 0; item < info.items; ++item) {
        for (; record != records.end() && record->item == item; ++record) training.add(*record);
        training.end_row();
    }
    training.flush();
}

}  // namespace

void describe_values(std::span<const EventRecord> records, DatasetInfo& info)
{
    double sum = 0;
    bool first = true;
    for (const auto& record : records) {
        if (record.held) continue;
        sum += record.value;
        info.value_min = first ? record.value : std::min(info.value_min, record.value);
        info.value_max = first ? record.value : std::max(info.value_max, record.value);
        first = false;
    }
    if (info.interactions > 0) info.value_mean = sum / static_cast<double>(info.interactions);
}

void write_dataset(const std::filesystem::path& path, const DatasetInfo& info, EventLog& log, const MergeReport& merge,
                   const Metadata& metadata)
{
    DatasetWriter file(path, info);
    file.write_ids(Side::users, log.users().column());
    file.write_ids(Side::items, log.items().column());
    file.write_events(Side::users, merge.users.counts, merge.users.last);
    file.write_events(Side::items, merge.items.counts, merge.items.last);
    if (!metadata.empty()) file.write_metadata(metadata);

    EventTable& table = log.table();
    write_by_user(file, table.records(), info);
    const auto held = std::remove_if(table.records().begin(), table.records().end(),
                                     [](const EventRecord& record) { return record.held == 1; });
    table.truncate(static_cast<std::size_t>(held - table.records().begin()));
    sort_by_item(table.records(), info.items);
    write_by_item(file, table.records(), info);
    file.commit();
}

}  // namespace alster
