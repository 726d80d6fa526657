#include "host/update/map_items.hpp"

#include <algorithm>
#include <cmath>

#include "distributed/row_partition.hpp"
#include "host/model/served_factors.hpp"
#include "host/personalize/cold/mapping.hpp"
#include "host/personalize/cold/prior_map.hpp"

namespace alster {

namespace {

constexpr std::uint8_t mapped_status = static_cast<std::uint8_t>(RowStatus::mapped_from_features);

/// The items with factors, as a model serves them, and where they come from.
struct MappedRows {
    std::vector<float> factors;
    std::vector<std::uint8_t> status;
};

double norm(std::span<const float> row)
{
    double squares = 0;
    for (const float value : row) squares += static_cast<double>(value) * value;
    return std::sqrt(squares);
}

/// No mapped row is longer than the longest learned one: ann_cosine has no room for it.
void shorten(std::span<float> row, double longest)
{
    const double length = norm(row);
    if (length <= longest) return;
    for (float& value : row) value = static_cast<float>(value * (longest / length));
}

/// Factors of `wanted` items, as a model serves them.
std::vector<float> mapped_factors(const ServedModel& served, const MappingTask& task, ColdMethod by)
{
    if (by != ColdMethod::prior) return by == ColdMethod::ridge ? map_by_ridge(task) : map_by_nearest(task);
    const FeaturePrior prior = served.model().prior(Side::items).value();
    const Features features = read_features(served.dataset(), Side::items, prior.names, {0, served.info().items});
    const std::vector<float> trained = map_by_prior(prior, features, task.wanted);
    const ServedFactors items(Side::items, Objective::of(served.info()), trained);
    return {items.values().begin(), items.values().end()};
}

/// What an earlier map left: these features may have nothing to say of such an item.
void forget_mapped(const ServedModel& served, MappedRows& rows)
{
    const Row width = served.info().width;
    for (Row item = 0; item < served.info().items; ++item) {
        if (rows.status[item] != mapped_status) continue;
        const auto row = std::span(rows.factors).subspan(item * width, width);
        std::ranges::fill(row, 0.0F);
        if (served.is_explicit()) row[width - 2] = 1;
        rows.status[item] = static_cast<std::uint8_t>(RowStatus::prior_only);
    }
}

/// Every rank makes all of them. Of explicit feedback [y, 1, b] is mapped as a whole; its 1 stays 1.
MappedRows map_rows(ServedModel& served, const NewItems& new_items, ColdMethod by)
{
    const ModelInfo& info = served.info();
    MappedRows rows{.factors = served.model().factors(Side::items, {0, info.items}),
                    .status = served.model().status(Side::items, {0, info.items})};
    forget_mapped(served, rows);
    const Features features = read_features(served.dataset(), Side::items, new_items.features);
    std::vector<Row> known(served.items().items().begin(), served.items().items().end()), wanted;
    for (const std::int32_t item : served.items().others())
        if (features.known(item)) wanted.push_back(item);
    const std::vector<float> learned = rows.factors;
    const MappingTask task{
        .features = features, .factors = {learned, info.items, info.width}, .known = known, .wanted = wanted};
    std::vector<float> mapped = mapped_factors(served, task, by);
    double longest = 0;
    for (const Row item : known)
        longest = std::max(longest, norm(std::span(learned).subspan(item * info.width, info.width)));
    for (std::size_t n = 0; n < wanted.size(); ++n) {
        const auto made = std::span(mapped).subspan(n * info.width, info.width);
        if (std::ranges::all_of(made, [](float value) { return value == 0; })) continue;
        shorten(made, longest);
        if (served.is_explicit()) made[info.width - 2] = 1;
        std::ranges::copy(made, rows.factors.begin() + wanted[n] * info.width);
        rows.status[wanted[n]] = mapped_status;
    }
    return rows;
}

RowRange share_of(const ServedModel& served, Side side)
{
    return RowPartition::even(served.model().rows(side), 1, served.ranks().size()).of(served.ranks().rank());
}

void write_side(const ServedModel& served, ModelWriter& to, Side side, std::span<const float> factors,
                std::span<const std::uint8_t> status)
{
    const ModelReader& from = served.model();
    const RowRange rows = share_of(served, side);
    const IdColumn ids = from.ids(side, rows);
    const std::string group = std::string("/") + name(side);
    to.write_ids(side, rows.first, ids, ids.kind == IdKind::text ? ids.texts.width : 0,
                 from.file().read_rows<Row>(group + "/id_order", rows));
    to.write_factors(side, rows.first, factors);
    to.write_rows(side, rows.first, from.event_counts(side, rows),
                  from.file().read_rows<std::int64_t>(group + "/last_event", rows), status);
    to.write_gramian(side, from.gramian(side));
    if (const auto prior = from.prior(side)) to.write_prior(side, *prior);
}

/// As stored, but for mapped rows, which get the length of all others.
void write_ann_cosine(const ServedModel& served, ModelWriter& to, const MappedRows& items)
{
    const std::string name = "/items/ann_cosine";
    const Hdf5File& file = served.model().file();
    const double max_norm = file.real_attribute(name, "max_norm"), headroom = file.real_attribute(name, "headroom");
    const RowRange rows = share_of(served, Side::items);
    const Row width = served.info().width;
    auto vectors = file.read_rows<float>(name, rows);
    const auto before = served.model().status(Side::items, rows);
    for (Row row = rows.first; row < rows.last; ++row) {
        if (items.status[row] != mapped_status && before[row - rows.first] != mapped_status) continue;
        const auto factors = std::span(items.factors).subspan(row * width, width);
        const auto to_row = vectors.begin() + (row - rows.first) * (width + 1);
        std::ranges::copy(factors, to_row);
        const double length = norm(factors), target = max_norm * headroom;
        to_row[width] = static_cast<float>(std::sqrt(std::max(0.0, target * target - length * length)));
    }
    to.write_ann_cosine(rows.first, vectors, max_norm, headroom);
}

}  // namespace

MappedItems write_mapped_model(ServedModel& served, const NewItems& new_items, ColdMethod factors_by,
                               const std::filesystem::path& path)
{
    const MappedRows items = map_rows(served, new_items, factors_by);
    ModelInfo info = served.info();
    info.config = with_new_items(info.config, new_items);
    const ParallelFileAccess access(served.ranks());
    ModelWriter to(path, info, access);
    const RowRange users = share_of(served, Side::users), rows = share_of(served, Side::items);
    write_side(served, to, Side::users, served.model().factors(Side::users, users),
               served.model().status(Side::users, users));
    write_side(served, to, Side::items,
               std::span(items.factors).subspan(rows.first * info.width, rows.size() * info.width),
               std::span(items.status).subspan(rows.first, rows.size()));
    write_ann_cosine(served, to, items);
    to.write_popular(served.model().popular());
    to.commit();
    MappedItems made{.mapped = std::ranges::count(items.status, mapped_status)};
    made.undescribed = std::ssize(served.items().others()) - made.mapped;
    return made;
}

}  // namespace alster
