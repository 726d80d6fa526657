#include "tests/support/sample_files.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/checkpoint_file.hpp"
#include "data/file_format.hpp"
#include "data/popular_items.hpp"

namespace alster::test {

Interactions sample_by_user()
{
    return {.offsets = {0, 2, 2, 3, 6, 7},
            .columns = {0, 2, 1, 0, 1, 2, 2},
            .values = {5, 1, 3, 4, 2, 1, 0.5F},
            .confidences = {1, 2, 3, 4, 5, 6, 7},
            .preferences = {1, 0, 1, 1, 1, 0, 1}};
}

Interactions sample_by_item()
{
    return {.offsets = {0, 2, 4, 7, 7},
            .columns = {0, 3, 2, 3, 0, 3, 4},
            .values = {5, 4, 3, 2, 1, 1, 0.5F},
            .confidences = {1, 4, 3, 5, 2, 6, 7},
            .preferences = {1, 1, 1, 1, 0, 0, 1}};
}

Interactions sample_holdout()
{
    return {.offsets = {0, 0, 1, 1, 1, 2},
            .columns = {3, 0},
            .values = {2, 3},
            .confidences = {1, 1},
            .preferences = {1, 1}};
}

IdColumn sample_user_ids()
{
    return {.kind = IdKind::text, .numbers = {}, .texts = TextColumn::from({"zoë", "adam", "", "é", "longest-id"})};
}

IdColumn sample_item_ids() { return {.kind = IdKind::int64, .numbers = {900, -1, 7, 12}, .texts = {}}; }

Attributes sample_attributes()
{
    Attributes all;
    all["title"].texts = TextColumn::from({"Amélie", "Alien", "", "Brazil"});
    all["genres"] = {.type = AttributeType::set,
                     .codes = {0, 3, 2, 1},
                     .offsets = {0, 2, 3, 3, 4},
                     .vocabulary = TextColumn::from({"Comedy", "Drama", "Horror", "Romance"})};
    all["rating"] = {
        .type = AttributeType::category, .codes = {1, 2, no_code, 0}, .vocabulary = TextColumn::from({"12", "6", "R"})};
    all["stars"] = {.type = AttributeType::number, .numbers = {4.5, std::nan(""), 0, -1e300}};
    all["released"] = {.type = AttributeType::time, .times = {-86400, no_time, 0, 1'798'761'600}};
    all["kids"] = {.type = AttributeType::boolean, .truths = {1, 0, no_truth, 0}};
    return all;
}

DatasetInfo sample_dataset_info()
{
    DatasetInfo info;
    info.users = 5;
    info.items = 4;
    info.interactions = 7;
    info.held_out = 2;
    info.weighted = true;
    info.value_mean = 16.5 / 7;
    info.value_min = 0.5F;
    info.value_max = 5;
    info.watermark = 1700000000;
    info.split = "last:1";
    info.provenance = R"({"inputs":["ratings.csv"]})";
    return info;
}

std::vector<std::uint32_t> times_of(const Interactions& rows, std::uint32_t first)
{
    std::vector<std::uint32_t> times(static_cast<std::size_t>(rows.entries()));
    std::iota(times.begin(), times.end(), first);
    return times;
}

void write_sample_dataset(const std::filesystem::path& path)
{
    DatasetInfo info = sample_dataset_info();
    info.times = true;
    DatasetWriter writer(path, info);
    writer.write_ids(Side::users, sample_user_ids());
    writer.write_ids(Side::items, sample_item_ids());
    writer.write_events(Side::users, std::vector<std::int32_t>{2, 0, 1, 3, 1},
                        std::vector<std::int64_t>{10, 0, 30, 40, 50});
    writer.write_events(Side::items, std::vector<std::int32_t>{2, 2, 3, 0}, std::vector<std::int64_t>{10, 20, 30, 0});
    writer.write_attributes(Side::items, sample_attributes());
    writer.write_attributes(Side::users, {});
    writer.append(Part::train, Side::users, sample_by_user(), times_of(sample_by_user(), 1'600'000'000));
    writer.append(Part::train, Side::items, sample_by_item());
    writer.append(Part::holdout, Side::users, sample_holdout(), times_of(sample_holdout(), 1'700'000'001));
    writer.commit();
}

namespace {

/// A reproducible value in [−1, 1) for any position.
float value_at(std::int64_t position)
{
    auto mixed = static_cast<std::uint64_t>(position + 1) * 0x9E3779B97F4A7C15U;  // SplitMix64
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31U;
    return static_cast<float>(mixed >> 40U) / static_cast<float>(1 << 23) - 1;
}

std::string user_id(Row row) { return (row % 2 ? "é" : "user ") + std::to_string(row * 7919 % 100003); }

template <class T, class Make>
std::vector<T> for_rows(RowRange rows, Make make)
{
    std::vector<T> values;
    for (Row r = rows.first; r < rows.last; ++r) values.push_back(static_cast<T>(make(r)));
    return values;
}

}  // namespace

SampleModel::SampleModel(Row users, Row items, Row width)
{
    info_.objective = "implicit";
    info_.users = users;
    info_.items = items;
    info_.width = info_.factors = width;
    info_.interactions = users * items;
    info_.alpha0 = 0.3;
    info_.lambda = 0.007;
    info_.nu = 1;
    info_.seed = -1234567890123;
    info_.sweeps = 12;
    info_.objective_value = 1.5e300;
    info_.fingerprint = std::string(64, 'a');
    info_.run_id = "run é";
    info_.config = R"({"seed":-1234567890123})";
    info_.watermark = 1700000000;
}

std::vector<float> SampleModel::factors(Side side, RowRange rows) const
{
    const std::int64_t start = side == Side::users ? 0 : 1 << 30;
    std::vector<float> values;
    for (Row i = rows.first * info_.width; i < rows.last * info_.width; ++i) values.push_back(value_at(start + i));
    return values;
}

IdColumn SampleModel::ids(Side side, RowRange rows) const
{
    if (side == Side::items)
        return {.kind = IdKind::int64,
                .numbers = for_rows<std::int64_t>(rows, [](Row r) { return (r * 31 % 1009) - 500; }),
                .texts = {}};
    return {.kind = IdKind::text, .numbers = {}, .texts = TextColumn::from(for_rows<std::string>(rows, user_id))};
}

std::vector<Row> SampleModel::order(Side side, RowRange rows) const
{
    const auto all = ids(side, {0, side == Side::users ? info_.users : info_.items}).order();
    return {all.begin() + rows.first, all.begin() + rows.last};
}

std::vector<std::int32_t> SampleModel::event_counts(RowRange rows) const
{
    return for_rows<std::int32_t>(rows, [](Row r) { return r % 17; });
}

std::vector<std::int64_t> SampleModel::last_events(RowRange rows) const
{
    return for_rows<std::int64_t>(rows, [](Row r) { return 1600000000 + r; });
}

std::vector<std::uint8_t> SampleModel::status(RowRange rows) const
{
    return for_rows<std::uint8_t>(rows, [](Row r) { return r % 2; });
}

std::vector<double> SampleModel::gramian(Side side) const
{
    const auto values = factors(side, {0, side == Side::users ? info_.users : info_.items});
    const Row w = info_.width;
    std::vector<double> gram(static_cast<std::size_t>(w * w), 0.0);
    for (std::size_t row = 0; row < values.size(); row += static_cast<std::size_t>(w))
        for (Row i = 0; i < w; ++i)
            for (Row j = 0; j < w; ++j)
                gram[i * w + j] += static_cast<double>(values[row + i]) * static_cast<double>(values[row + j]);
    return gram;
}

PopularItems SampleModel::popular() const
{
    if (info_.items < 2) return {};
    return {.items = {1, 0}, .counts = {7, 7}};
}

std::size_t SampleModel::id_bytes(Side side) const
{
    return side == Side::users ? ids(side, {0, info_.users}).texts.width : 0;
}

void SampleModel::write(const std::filesystem::path& path, const FileAccess& access, RowRange users,
                        RowRange items) const
{
    ModelWriter writer(path, info_, access);
    for (const Side side : {Side::users, Side::items}) {
        const auto rows = side == Side::users ? users : items;
        writer.write_ids(side, rows.first, ids(side, rows), id_bytes(side), order(side, rows));
        writer.write_factors(side, rows.first, factors(side, rows));
        writer.write_rows(side, rows.first, event_counts(rows), last_events(rows), status(rows));
        writer.write_gramian(side, gramian(side));
    }
    write_ann_cosine(writer, items);
    writer.write_popular(popular());
    writer.commit();
}

/// [y, √(M² − ‖y‖²)] with M = 1.25 · max ‖y‖.
void SampleModel::write_ann_cosine(ModelWriter& writer, RowRange items) const
{
    const auto norm = [&](Row item) {
        const auto row = factors(Side::items, {item, item + 1});
        return std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
    };
    double longest = 0;
    for (Row i = 0; i < info_.items; ++i) longest = std::max(longest, norm(i));
    const double common = longest * 1.25;
    std::vector<float> vectors;
    for (Row i = items.first; i < items.last; ++i) {
        const auto row = factors(Side::items, {i, i + 1});
        vectors.insert(vectors.end(), row.begin(), row.end());
        vectors.push_back(static_cast<float>(std::sqrt(common * common - norm(i) * norm(i))));
    }
    writer.write_ann_cosine(items.first, vectors, common, 1.25);
}

void write_sample_model(const std::filesystem::path& path)
{
    SampleModel(9, 5, 3).write(path, serial_access(), {0, 9}, {0, 5});
}

void write_sample_checkpoint(const std::filesystem::path& path)
{
    std::vector<float> factors(7 * 3);
    std::iota(factors.begin(), factors.end(), 0.5F);
    const std::vector<float> start(2 * 3, -1.5F);
    write_checkpoint(path,
                     {.half_steps = 5,
                      .rows = 7,
                      .start_rows = 2,
                      .width = 3,
                      .base = {4, 2, 1},
                      .penalty = 2.5,
                      .objective = 17.25,
                      .run_id = "run",
                      .fingerprint = "data",
                      .config = "{}",
                      .arithmetic = "cpu",
                      .tool_version = "0"},
                     {0, factors}, {0, start});
}

namespace {

constexpr Row sample_k = 3;

/// What both kinds of lists have.
Hdf5File sample_lists(const std::filesystem::path& path)
{
    auto file = Hdf5File::create(path);
    write_format(file, "alster-lists");
    for (const auto& [key, text] : {std::pair("run_id", "run é"),
                                    {"space_id", "space"},
                                    {"data_fingerprint", "data"},
                                    {"objective", "implicit"},
                                    {"score", "a formula"}})
        file.set_attribute("/", key, std::string_view(text));
    file.set_attribute("/", "k", std::int64_t{sample_k});
    file.set_attribute("/", "mean", 0.0);
    write_id_rows(file, "/items", 5, 0, {.kind = IdKind::int64, .numbers = {30, 10, 20, 50, 40}, .texts = {}}, 0);
    return file;
}

}  // namespace

void write_sample_lists(const std::filesystem::path& path)
{
    constexpr float none = -std::numeric_limits<float>::infinity();
    auto file = sample_lists(path);
    file.set_attribute("/", "excluded", std::string_view("nothing"));
    const auto users = TextColumn::from({"zoë", "adam", "longest-id", "é"});
    write_id_rows(file, "/users", 4, 0, {.kind = IdKind::text, .numbers = {}, .texts = users}, users.width);
    file.write("/vocab/reason", TextColumn::from({"model", "popularity", "unknown-user"}));
    file.write<std::int32_t>("/topk/home/item", std::vector{4, 0, 2, 1, 3, -1, 3, 1, 0, -1, -1, -1}, sample_k);
    file.write<float>("/topk/home/score",
                      std::vector{2.5F, 1.0F, 1.0F, 0.25F, 7.0F, none, 7.0F, 5.0F, 5.0F, none, none, none}, sample_k);
    file.write<std::uint8_t>("/topk/home/reason", std::vector<std::uint8_t>{0, 0, 0, 0, 1, 255, 1, 1, 1, 255, 255, 255},
                             sample_k);
    file.write<std::uint16_t>("/topk/home/filled", std::vector<std::uint16_t>{3, 2, 3, 0});
    write_popular(file, {.items = {3, 1, 0}, .counts = {7, 5, 5}});
    file.commit();
}

void write_sample_similar(const std::filesystem::path& path)
{
    constexpr float none = -std::numeric_limits<float>::infinity();
    auto file = sample_lists(path);
    file.write<std::int32_t>("/similar/items/item", std::vector{1, 2, 3, 0, 2, 3, 1, 0, -1, 0, -1, -1, -1, -1, -1},
                             sample_k);
    file.write<float>(
        "/similar/items/score",
        std::vector{0.9F, 0.5F, -0.5F, 0.9F, 0.1F, 0.0F, 0.1F, -1.0F, none, -0.5F, none, none, none, none, none},
        sample_k);
    file.write<std::uint16_t>("/similar/items/filled", std::vector<std::uint16_t>{3, 3, 2, 1, 0});
    file.commit();
}

}  // namespace alster::test
