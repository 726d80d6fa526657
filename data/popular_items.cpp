#include "data/popular_items.hpp"

#include <algorithm>
#include <functional>

#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

constexpr const char* item_name = "/popular/all/item";
constexpr const char* count_name = "/popular/all/count";

}  // namespace

void write_popular(Hdf5File& file, const PopularItems& popular)
{
    file.write(item_name, std::span(popular.items));
    file.write(count_name, std::span(popular.counts));
    file.set_attribute(count_name, "counts", "positive training interactions");
}

PopularItems read_popular(const Hdf5File& file, Row items)
{
    if (!file.contains(item_name)) return {};
    check_shape(file, count_name, file.shape(item_name).rows);
    PopularItems popular{file.read<std::int32_t>(item_name), file.read<std::int32_t>(count_name)};
    auto sorted = popular.items;
    std::ranges::sort(sorted);
    const bool different = std::ranges::adjacent_find(sorted) == sorted.end();
    const bool inside = sorted.empty() || (sorted.front() >= 0 && sorted.back() < items);
    const bool descend = std::ranges::is_sorted(popular.counts, std::greater<>());
    if (!different || !inside || !descend || (!popular.counts.empty() && popular.counts.back() < 1))
        throw Error(ExitCode::bad_data,
                    "{}: /popular/all does not list different items by descending counts: make the file again",
                    file.path().string());
    return popular;
}

}  // namespace alster
