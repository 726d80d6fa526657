#include "data/neighbour_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/attribute_fields.hpp"
#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

constexpr const char* neighbours_format = "alster-neighbours";
constexpr const char* offsets_name = "/items/neighbours/offsets";
constexpr const char* items_name = "/items/neighbours/row";
constexpr const char* weights_name = "/items/neighbours/weight";

template <class Info, class Visit>
void each_attribute(Info& info, Visit visit)
{
    visit("n_items", info.items);
    visit("n_neighbours", info.neighbours);
    visit("nnz", info.interactions);
    visit("b", info.b);
    visit("most", info.most);
    visit("history_limit", info.history_limit);
    visit("sampled_users", info.sampled_users);
    visit("seed", info.seed);
    visit("data_fingerprint", info.fingerprint);
    visit("created_utc", info.created_utc);
    visit("tool_version", info.tool_version);
}

/// What lies before this process's part, and all of it.
struct Extent {
    std::int64_t before = 0;
    std::int64_t all = 0;
};

Extent extent_of(const FileAccess& access, std::int64_t mine)
{
    const auto sizes = access.gathered(mine);
    return {std::reduce(sizes.begin(), sizes.begin() + access.rank()), std::reduce(sizes.begin(), sizes.end())};
}

void check_attributes(const Hdf5File& file, const NeighbourInfo& info)
{
    constexpr Row most_items = std::numeric_limits<Column>::max();
    require_attribute(file, info.items >= 0 && info.items <= most_items, "n_items", info.items,
                      fmt::format("0 to {}", most_items));
    require_attribute(file, info.most >= 1, "most", info.most, "1 or more");
    require_attribute(file, info.neighbours >= 0 && (info.items == 0 || info.neighbours / info.items <= info.most),
                      "n_neighbours", info.neighbours, "no more than n_items × most");
    require_attribute(file, std::isfinite(info.b), "b", info.b, "a finite number");
    require_attribute(file, info.history_limit >= 2, "history_limit", info.history_limit, "2 or more");
    require_attribute(file, info.sampled_users >= 0, "sampled_users", info.sampled_users, "0 or more");
    require_attribute(file, info.interactions >= 0, "nnz", info.interactions, "0 or more");
}

/// Whether the neighbours of an item are different others, their weights positive and descending.
bool is_in_order(Row item, Row items, std::span<const std::int32_t> rows, std::span<const float> weights)
{
    std::vector<std::int32_t> sorted(rows.begin(), rows.end());
    std::ranges::sort(sorted);
    const bool different = std::ranges::adjacent_find(sorted) == sorted.end();
    const bool inside = sorted.empty() || (sorted.front() >= 0 && sorted.back() < items);
    const bool others = !std::ranges::binary_search(sorted, item);
    const bool positive = std::ranges::all_of(weights, [](float w) { return std::isfinite(w) && w > 0; });
    return different && inside && others && positive && std::ranges::is_sorted(weights, std::greater<>());
}

}  // namespace

void write_neighbours(const std::filesystem::path& path, NeighbourInfo info, const IdColumn& ids, std::size_t id_bytes,
                      const NeighbourRows& rows, const FileAccess& access)
{
    const Extent items = extent_of(access, std::ssize(rows.offsets) - 1);
    const Extent entries = extent_of(access, std::ssize(rows.items));
    info.items = items.all;
    info.neighbours = entries.all;
    Hdf5File file = Hdf5File::create(path, access);
    write_format(file, neighbours_format);
    each_attribute(info, WriteField{file});
    file.set_attribute("/", "score", "sum over the history of weight; blended as docs/neighbours.md says");
    write_id_rows(file, "/items", items.all, items.before, ids, id_bytes);
    std::vector<Offset> offsets(rows.offsets.begin(), rows.offsets.end());
    for (Offset& offset : offsets) offset += entries.before;
    if (access.rank() + 1 < access.size()) offsets.pop_back();  // the next rank's first
    write_all_rows<Offset>(file, offsets_name, items.all + 1, 0, items.before, offsets);
    write_all_rows(file, items_name, entries.all, 0, entries.before, rows.items);
    write_all_rows(file, weights_name, entries.all, 0, entries.before, rows.weights);
    file.commit();
}

NeighbourReader::NeighbourReader(const std::filesystem::path& path, const FileAccess& access, Verify verify)
    : file_(Hdf5File::open(path, access, verify))
{
    check_format(file_, neighbours_format);
    each_attribute(info_, ReadField{file_});
    check_attributes(file_, info_);
    check_shape(file_, offsets_name, info_.items + 1);
    check_shape(file_, items_name, info_.neighbours);
    check_shape(file_, weights_name, info_.neighbours);
    check_shape(file_, "/items/id", info_.items);
    if (verify == Verify::all) check_rows();
}

std::vector<Offset> NeighbourReader::offsets() const { return file_.read<Offset>(offsets_name); }
std::vector<std::int32_t> NeighbourReader::items() const { return file_.read<std::int32_t>(items_name); }
std::vector<float> NeighbourReader::weights() const { return file_.read<float>(weights_name); }

void NeighbourReader::check_rows() const
{
    const auto broken = [&](Row item, const char* what) {
        return Error(ExitCode::bad_data, "{}: the neighbours of item row {} {}: make the file again",
                     file_.path().string(), item, what);
    };
    const auto first = offsets();
    const auto rows = items();
    const auto weight = weights();
    if (first.front() != 0 || first.back() != info_.neighbours) throw broken(0, "do not begin at 0 or end at the last");
    for (Row i = 0; i < info_.items; ++i) {
        const Offset length = first[i + 1] - first[i];
        if (length < 0 || length > info_.most || first[i + 1] > info_.neighbours)
            throw broken(i, "are fewer than none or more than the attribute most");
        if (!is_in_order(i, info_.items, std::span(rows).subspan(first[i], length),
                         std::span(weight).subspan(first[i], length)))
            throw broken(i, "are not different others by descending weights above 0");
    }
}

}  // namespace alster
