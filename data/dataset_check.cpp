#include "data/dataset_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/confidence.hpp"
#include "data/dataset_layout.hpp"
#include "data/entry_sum.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

void check_attributes(const Hdf5File& file, const DatasetInfo& info)
{
    constexpr std::int64_t most = std::numeric_limits<Column>::max();
    const auto within = [&](const char* key, std::int64_t value, std::int64_t greatest) {
        require_attribute(file, value >= 0 && value <= greatest, key, value, fmt::format("from 0 to {}", greatest));
    };
    within("n_users", info.users, most);
    within("n_items", info.items, most);
    within("nnz", info.interactions, info.users * info.items);  // below 2^62
    within("held_out", info.held_out, info.users * info.items);
    const bool ordered = std::isfinite(info.value_max) && info.value_min <= info.value_max;
    require_attribute(file, std::isfinite(info.value_mean), "value_mean", info.value_mean, "a finite number");
    require_attribute(file, std::isfinite(info.value_min), "value_min", info.value_min, "a finite number");
    require_attribute(file, ordered, "value_max", info.value_max, "finite and no less than value_min");
    const bool known = std::abs(info.watermark / 2) <= farthest_time / 2;
    require_attribute(file, known, "watermark", info.watermark, "a time in Unix seconds");
}

void check_part(const Hdf5File& file, const DatasetInfo& info, Part part, Side side)
{
    const auto group = group_of(part, side);
    check_shape(file, group + "/offsets", rows_of(info, side) + 1);
    check_shape(file, group + "/columns", entries_of(info, part));
    check_shape(file, group + "/values", entries_of(info, part));
    if (info.roles) check_shape(file, group + "/role", entries_of(info, part));
    if (has_times(info, side)) check_shape(file, group + "/times", entries_of(info, part));
    if (!info.weighted) return;
    check_shape(file, group + "/confidences", entries_of(info, part));
    check_shape(file, group + "/preferences", entries_of(info, part));
}

std::string id_of(const Hdf5File& file, const DatasetInfo& info, Side side, Row row)
{
    const bool known = row >= 0 && row < rows_of(info, side);
    const auto id = known ? read_id_rows(file, group_of(side), {row, row + 1}).text(0) : "?";
    return fmt::format("{} '{}'", side == Side::users ? "user" : "item", id);
}

/// "user '7' and item '12'" for an entry of a part.
std::string pair_of(const Hdf5File& file, const DatasetInfo& info, Part part, Side side, Offset entry)
{
    const auto group = group_of(part, side);
    Row row = 0;
    for (Row end = rows_of(info, side); end - row > 1;) {
        const Row middle = row + (end - row) / 2;
        const Offset before = file.read_rows<Offset>(group + "/offsets", {middle, middle + 1}).front();
        (before <= entry ? row : end) = middle;
    }
    const Row column = file.read_rows<Column>(group + "/columns", {entry, entry + 1}).front();
    return id_of(file, info, side, row) + " and " + id_of(file, info, other(side), column);
}

void add_part(ValueRules& rules, const Hdf5File& file, const DatasetInfo& info, Part part, Side side)
{
    const auto group = group_of(part, side);
    const auto add = [&](const char* column, ValueRule rule) {
        rule.place = [&file, info, part, side](Offset entry) { return pair_of(file, info, part, side, entry); };
        rules[group + column] = std::move(rule);
    };
    add("/values", finite<float>());
    std::vector<Roles> roles(all_roles);  // some bits of all_roles
    std::iota(roles.begin(), roles.end(), Roles{1});
    if (info.roles) add("/role", one_of(roles));
    if (!info.weighted) return;
    add("/confidences",
        within<float>(0, largest_confidence, fmt::format("must lie between 0 and {:g}", largest_confidence)));
    add("/preferences", within<float>(0, 1, "must lie between 0 and 1"));
}

ValueRules rules_of_dataset(const Hdf5File& file, const DatasetInfo& info)
{
    constexpr auto most_events = std::numeric_limits<std::int32_t>::max();
    ValueRules rules;
    for (const Side side : {Side::users, Side::items}) {
        add_part(rules, file, info, Part::train, side);
        rules[group_of(side) + "/n_events"] = within<std::int32_t>(0, most_events, "must be 0 or more");
        rules[group_of(side) + "/last_event"] =
            within<std::int64_t>(-farthest_time, farthest_time, "must be a time in Unix seconds");
    }
    if (info.held_out > 0) add_part(rules, file, info, Part::holdout, Side::users);
    return rules;
}

}  // namespace

void check(const Hdf5File& file, const DatasetInfo& info)
{
    check_attributes(file, info);
    for (const Side side : {Side::users, Side::items}) {
        for (const char* column : {"/id", "/id_order", "/n_events", "/last_event"})
            check_shape(file, group_of(side) + column, rows_of(info, side));
        check_part(file, info, Part::train, side);
    }
    if (info.held_out > 0) return check_part(file, info, Part::holdout, Side::users);
    for (const auto& name : file.datasets())
        if (name.starts_with("/holdout/"))
            throw Error(ExitCode::bad_data, "{}: attribute held_out is 0, but there is {}: the file was altered",
                        file.path().string(), name);
}

void check_interactions(const DatasetReader& dataset)
{
    constexpr Row slice = Row{1} << 16;
    const auto sum_of = [&](Part part, Side side) {
        std::uint64_t sum = 0;
        for (Row first = 0; first < dataset.rows(side); first += slice) {
            const RowRange rows{first, std::min(dataset.rows(side), first + slice)};
            sum += entry_sum(dataset.interactions(part, side, rows), first, side);
        }
        return sum;
    };
    (void)sum_of(Part::holdout, Side::users);
    if (sum_of(Part::train, Side::users) != sum_of(Part::train, Side::items))
        throw Error(ExitCode::bad_data,
                    "{}: the interactions by item are not those by user: the file was altered, prepare it again",
                    dataset.file().path().string());
}

void verify_dataset(const Hdf5File& file, const DatasetInfo& info)
{
    file.verify(rules_of_dataset(file, info));
    for (const Side side : {Side::users, Side::items}) check_ids(file, group_of(side), rows_of(info, side));
}

}  // namespace alster
