#include "data/ingest/dataset_output.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr std::size_t block_entries = std::size_t{1} << 18;
constexpr Row block_rows = Row{1} << 18;

/// Gathers rows of one part and side and hands them to the file in blocks.
class BlockWriter {
public:
    BlockWriter(DatasetWriter& file, Part part, Side side, const DatasetInfo& info)
        : file_(file),
          part_(part),
          side_(side),
          weighted_(info.weighted),
          roles_(info.roles),
          times_(info.times && side == Side::users)
    {
    }

    void add(const EventRecord& record)
    {
        block_.columns.push_back(side_ == Side::users ? record.item : record.user);
        block_.values.push_back(record.value);
        if (roles_) block_.roles.push_back(record.role & all_roles);
        if (times_) seconds_.push_back(record.seconds);
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
        file_.append(part_, side_, block_, seconds_);
        block_.offsets.resize(1);
        block_.columns.clear();
        block_.values.clear();
        block_.confidences.clear();
        block_.preferences.clear();
        block_.roles.clear();
        seconds_.clear();
    }

private:
    DatasetWriter& file_;
    Part part_;
    Side side_;
    bool weighted_;
    bool roles_;
    bool times_;
    Interactions block_;
    std::vector<std::uint32_t> seconds_;  // of its entries
};

}  // namespace

ValueSummary summarize_values(std::span<const EventRecord> records, RowRange users)
{
    ValueSummary summary{.sums = std::vector<double>(users.size())};
    for (const auto& record : records) {
        if (record.held) continue;
        const float value = record.value + 0.0F;  // of -0 and 0, which are equal, always 0
        summary.sums[record.user - users.first] += value;
        summary.least = std::min(summary.least, value);
        summary.most = std::max(summary.most, value);
    }
    return summary;
}

void write_by_user(DatasetWriter& file, std::span<const EventRecord> records, RowRange users, const DatasetInfo& info)
{
    BlockWriter training(file, Part::train, Side::users, info);
    BlockWriter holdout(file, Part::holdout, Side::users, info);
    auto record = records.begin();
    for (Row user = users.first; user < users.last; ++user) {
        for (; record != records.end() && record->user == user; ++record)
            (record->held ? holdout : training).add(*record);
        training.end_row();
        if (info.held_out > 0) holdout.end_row();
    }
    training.flush();
    holdout.flush();
}

void write_by_item(DatasetWriter& file, std::span<const EventRecord> records, RowRange items, const DatasetInfo& info)
{
    BlockWriter training(file, Part::train, Side::items, info);
    auto record = records.begin();
    for (Row item = items.first; item < items.last; ++item) {
        for (; record != records.end() && record->item == item; ++record) training.add(*record);
        training.end_row();
    }
    training.flush();
}

}  // namespace alster
