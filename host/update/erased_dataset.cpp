#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/error.hpp"
#include "data/exact_sum.hpp"
#include "host/prepare/shares.hpp"
#include "host/update/erased_files.hpp"

namespace alster {

namespace {

constexpr Row block_rows = 65'536;

/// Rows of one side that lost interactions, and what is left of them.
struct LeftOfRows {
    std::vector<std::uint8_t> touched;  // (rows) 1: some are lost
    std::vector<std::uint8_t> any;      // (rows) 1: some stay
    std::vector<std::int32_t> lost;     // (rows) of those that consumed an item
    std::vector<std::int64_t> last;     // (rows) time of the latest of those that stay, 0: none, or unknown

    explicit LeftOfRows(Row rows) : touched(rows), any(rows), lost(rows), last(rows) {}

    void lose(Row row, bool consumed)
    {
        touched[row] = 1;
        lost[row] += std::int32_t{consumed};
    }
    void keep(Row row, std::uint32_t time)
    {
        any[row] = 1;
        last[row] = std::max<std::int64_t>(last[row], time);
    }
};

/// The part of an Interactions that stays, row by row, with its times.
struct Kept {
    Interactions rows;
    std::vector<std::uint32_t> times;
};

template <class T>
void copy_entry(const std::vector<T>& from, Offset entry, std::vector<T>& to)
{
    if (!from.empty()) to.push_back(from[entry]);
}

class DatasetErasure {
public:
    DatasetErasure(const std::filesystem::path& path, Erasure& erasure)
        : erasure_(erasure), data_(path), info_(data_.info()), users_left_(info_.users), items_left_(info_.items)
    {
        report_ = {.path = path, .kind = "dataset"};
    }

    ErasedFile run()
    {
        const bool remembered = remember();
        for (const Side side : {Side::users, Side::items}) {
            const auto ids = data_.ids(side, {0, data_.rows(side)});
            const bool users = side == Side::users;
            cleared(side) = rows_to_clear(ids, users ? erasure_.users : erasure_.items,
                                          users ? erasure_.found_users : erasure_.found_items);
            std::vector<std::string> names;
            for (Row r = 0; r < ids.rows(); ++r)
                if (cleared(side).at(r)) names.push_back(erased_id(ids.kind, r));
            info_.tombstones.add(side, names);
        }
        report_.users = cleared(Side::users).count;
        report_.items = cleared(Side::items).count;
        report_.written = remembered || report_.users + report_.items > 0;
        if (!report_.written) {
            erasure_.successors.push_back({info_.erased_from, info_.fingerprint, info_.tombstones});
            return report_;
        }
        count();
        write();
        return report_;
    }

private:
    [[nodiscard]] ClearedRows& cleared(Side side) { return side == Side::users ? users_ : items_; }
    [[nodiscard]] LeftOfRows& left(Side side) { return side == Side::users ? users_left_ : items_left_; }

    /// True where an id is new among the tombstones.
    bool remember()
    {
        if (info_.tombstones.empty()) info_.tombstones = Tombstones::with_new_salt();
        bool added = false;
        const auto add = [&](Side side, const std::vector<std::string>& ids, std::vector<std::uint8_t>& found) {
            std::vector<std::string> fresh;
            for (std::size_t n = 0; n < ids.size(); ++n) {
                if (info_.tombstones.contains(side, ids[n]))
                    found[n] = 1;
                else
                    fresh.push_back(ids[n]);
            }
            info_.tombstones.add(side, fresh);
            added = added || !fresh.empty();
        };
        add(Side::users, erasure_.users, erasure_.found_users);
        add(Side::items, erasure_.items, erasure_.found_items);
        return added;
    }

    /// visit(interactions, times, first row, number of rows) for one block of rows after the other.
    template <class Visit>
    void each_block(Part part, Side side, Visit visit) const
    {
        const bool times = info_.times && side == Side::users;
        for (Row first = 0; first < data_.rows(side); first += block_rows) {
            const RowRange rows{first, std::min(data_.rows(side), first + block_rows)};
            visit(data_.interactions(part, side, rows), times ? data_.times(part, rows) : std::vector<std::uint32_t>(),
                  first);
        }
    }

    [[nodiscard]] bool stays(Side side, Row row, Column column)
    {
        return !cleared(side).at(row) && !cleared(other(side)).at(column);
    }

    /// Counts what stays, and the sums that a dataset has of it.
    void count()
    {
        std::vector<double> sums(static_cast<std::size_t>(info_.users));
        info_.value_min = 0;
        info_.value_max = 0;
        Offset kept = 0;
        each_block(Part::train, Side::users, [&](const Interactions& rows, const auto& times, Row first) {
            for (Row r = 0; r < rows.rows(); ++r)
                for (Offset n = rows.offsets[r]; n < rows.offsets[r + 1]; ++n) {
                    const Row user = first + r, item = rows.columns[n];
                    const std::uint32_t time = times.empty() ? 0 : times[n];
                    if (!stays(Side::users, user, rows.columns[n])) {
                        const bool consumed = (rows.roles_of(n) & consumed_role) != 0;
                        users_left_.lose(user, consumed);
                        items_left_.lose(item, consumed);
                        continue;
                    }
                    users_left_.keep(user, time);
                    items_left_.keep(item, time);
                    const float value = rows.values[n] + 0.0F;
                    sums[user] += value;
                    info_.value_min = kept == 0 ? value : std::min(info_.value_min, value);
                    info_.value_max = kept == 0 ? value : std::max(info_.value_max, value);
                    ++kept;
                }
        });
        if (kept == 0)
            throw Error(ExitCode::bad_data, "{}: without these users and items no interaction is left to learn from",
                        report_.path.string());
        report_.interactions = info_.interactions - kept;
        info_.interactions = kept;
        info_.value_mean = sum_of(sums) / static_cast<double>(kept);
        count_held_out();
    }

    void count_held_out()
    {
        Offset kept = 0;
        if (info_.held_out > 0)
            each_block(Part::holdout, Side::users, [&](const Interactions& rows, const auto&, Row first) {
                for (Row r = 0; r < rows.rows(); ++r)
                    for (const Column item : rows.columns_of(r)) kept += stays(Side::users, first + r, item);
            });
        report_.interactions += info_.held_out - kept;
        info_.held_out = kept;
    }

    /// The bits that prepare finds, on any number of ranks (distributed/reproducible_sum.hpp).
    [[nodiscard]] static double sum_of(std::span<const double> rows)
    {
        const auto chunk = static_cast<std::size_t>(rows_per_share_chunk(std::ssize(rows)));
        std::vector<double> chunks;
        double largest = 0;
        for (std::size_t first = 0; first < rows.size(); first += chunk) {
            const auto part = rows.subspan(first, std::min(chunk, rows.size() - first));
            chunks.push_back(std::accumulate(part.begin(), part.end(), 0.0));
            largest = std::max(largest, std::abs(chunks.back()));
        }
        ExactSum sum(1, largest * static_cast<double>(chunks.size()));
        for (const double& value : chunks) sum.add(std::span(&value, 1));
        return sum.values()[0];
    }

    void write()
    {
        const std::string former = info_.fingerprint;
        info_.erased_from += (info_.erased_from.empty() ? "" : " ") + former;
        DatasetWriter file(report_.path, info_);
        write_part(file, Part::train, Side::users);
        if (info_.held_out > 0) write_part(file, Part::holdout, Side::users);
        write_side(file, Side::users);
        write_part(file, Part::train, Side::items);
        write_side(file, Side::items);
        file.commit();
        const DatasetReader now(report_.path, serial_access(), Verify::nothing);
        erasure_.successors.push_back({info_.erased_from, now.info().fingerprint, info_.tombstones});
    }

    void write_part(DatasetWriter& file, Part part, Side side)
    {
        file.begin(part, side, 0, 0);
        each_block(part, side, [&](const Interactions& rows, const auto& times, Row first) {
            Kept kept;
            for (Row r = 0; r < rows.rows(); ++r) {
                for (Offset n = rows.offsets[r]; n < rows.offsets[r + 1]; ++n) {
                    if (!stays(side, first + r, rows.columns[n])) continue;
                    copy_entry(rows.columns, n, kept.rows.columns);
                    copy_entry(rows.values, n, kept.rows.values);
                    copy_entry(rows.confidences, n, kept.rows.confidences);
                    copy_entry(rows.preferences, n, kept.rows.preferences);
                    copy_entry(rows.roles, n, kept.rows.roles);
                    copy_entry(times, n, kept.times);
                }
                kept.rows.offsets.push_back(std::ssize(kept.rows.columns));
            }
            file.append(part, side, kept.rows, kept.times);
        });
    }

    void write_side(DatasetWriter& file, Side side)
    {
        const RowRange all{0, data_.rows(side)};
        file.write_ids(side, with_erased_ids(data_.ids(side, all), cleared(side)));
        auto counts = data_.event_counts(side, all);
        auto last = data_.last_events(side, all);
        const LeftOfRows& rows = left(side);
        for (Row r = 0; r < all.last; ++r) {
            if (cleared(side).at(r) || (rows.touched[r] != 0 && rows.any[r] == 0)) {
                counts[r] = 0;
                last[r] = 0;
            } else if (rows.touched[r] != 0) {
                counts[r] = std::max(0, counts[r] - rows.lost[r]);
                if (info_.times) last[r] = rows.last[r];
            }
        }
        file.write_events(side, counts, last);
        for (const auto& [name, type] : data_.attribute_types(side)) {
            const auto column = without(data_.attribute(side, name, all), cleared(side));
            file.write_attribute(side, name, column, 0, {.before = 0, .all = std::ssize(column.codes)});
        }
    }

    Erasure& erasure_;
    DatasetReader data_;
    DatasetInfo info_;
    ClearedRows users_;
    ClearedRows items_;
    LeftOfRows users_left_;
    LeftOfRows items_left_;
    ErasedFile report_;
};

}  // namespace

ErasedFile erase_in_dataset(const std::filesystem::path& path, Erasure& erasure)
{
    return DatasetErasure(path, erasure).run();
}

}  // namespace alster
