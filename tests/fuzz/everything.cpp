#include "tests/fuzz/everything.hpp"

#include <algorithm>
#include <cmath>

#include "data/checkpoint_file.hpp"
#include "data/confidence.hpp"
#include "data/dataset_check.hpp"
#include "data/dataset_file.hpp"
#include "data/list_check.hpp"
#include "data/model_file.hpp"
#include "tests/fuzz/property.hpp"

namespace alster::fuzz {

namespace {

template <class T, class Holds>
void require_all(const std::vector<T>& values, Holds holds, const char* what)
{
    require(std::all_of(values.begin(), values.end(), holds), what);
}

void require_weights(const Interactions& rows)
{
    const auto is_finite = [](float value) { return std::isfinite(value); };
    require_all(rows.values, is_finite, "values are finite");
    require_all(
        rows.confidences, [](float c) { return c >= 0 && c <= largest_confidence; }, "confidences are in range");
    require_all(
        rows.preferences, [](float p) { return p >= 0 && p <= 1; }, "preferences are in range");
}

/// Every row once, and the ids behind it ascend.
void require_order(const IdColumn& ids, const std::vector<Row>& order)
{
    require(std::ssize(order) == ids.rows(), "the order has a place for every row");
    for (std::size_t k = 0; k < order.size(); ++k) {
        require(order[k] >= 0 && order[k] < ids.rows(), "the order names rows");
        if (k > 0) require(ids.before(order[k - 1], ids, order[k]), "ids are unique and in order");
    }
}

void read_dataset(const std::string& path)
{
    const DatasetReader reader(path);
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        require_order(reader.ids(side, all), reader.id_order(side, all));
        require_all(
            reader.event_counts(side, all), [](auto n) { return n >= 0; }, "counts are not negative");
        static_cast<void>(reader.last_events(side, all));
        require_weights(reader.interactions(Part::train, side, all));
    }
    require_weights(reader.interactions(Part::holdout, Side::users, {0, reader.rows(Side::users)}));
    for (const Side side : {Side::users, Side::items})
        for (const auto& [name, type] : reader.attribute_types(side))
            static_cast<void>(reader.attribute(side, name, {0, reader.rows(side)}));
    check_interactions(reader);
}

void read_model(const std::string& path)
{
    const ModelReader reader(path);
    const ModelInfo& info = reader.info();
    require(info.width == info.factors + (info.objective == "explicit" ? 2 : 0), "the width is that of the factors");
    require(std::isfinite(info.mean) && info.value_min <= info.value_max, "the range of values is one");
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        static_cast<void>(reader.ids(side, all).order());
        require_all(
            reader.event_counts(side, all), [](auto n) { return n >= 0; }, "counts are not negative");
        static_cast<void>(reader.status(side, all));
        const auto factors = reader.factors(side, all);
        require(factors.size() == static_cast<std::size_t>(all.size() * info.width),
                "factors have the shape that is promised");
        require_all(
            factors, [](float x) { return std::isfinite(x); }, "factors are finite");
        require_all(
            reader.gramian(side), [](double x) { return std::isfinite(x); }, "Gramians are finite");
    }
    for (const auto item : reader.popular().items)
        require(item >= 0 && item < reader.rows(Side::items), "what is popular is an item");
}

void read_checkpoint(const std::string& path)
{
    const CheckpointReader reader(path);
    const CheckpointInfo& info = reader.info();
    require(info.half_steps > 0 && info.restarts >= 0 && std::isfinite(info.objective), "progress is in range");
    const auto require_rows = [&](const std::vector<float>& rows, Row count) {
        require(rows.size() == static_cast<std::size_t>(count * info.width), "factors have the shape that is promised");
        require_all(
            rows, [](float x) { return std::isfinite(x); }, "factors are finite");
    };
    require_rows(reader.factors({0, info.rows}), info.rows);
    if (info.start_rows > 0) require_rows(reader.start({0, info.start_rows}), info.start_rows);
}

/// As a service reads them, without another look at what it finds.
void read_lists(const std::string& path)
{
    const ListFileReader reader(path);
    verify_lists(reader);
    for (const ListGroup& group : reader.groups())
        reader.each(group, {0, reader.rows(group.side)}, [&](RowRange range, const ListRows& lists) {
            require(lists.filled.size() == static_cast<std::size_t>(range.size()), "every row has a list");
            for (std::size_t list = 0; list < lists.filled.size(); ++list)
                for (std::size_t place = 0; place < lists.filled[list]; ++place) {
                    const std::size_t n = list * static_cast<std::size_t>(group.k) + place;
                    require(lists.items[n] >= 0 && lists.items[n] < reader.rows(Side::items),
                            "what is listed is an item");
                    require(!group.reasons || lists.reasons[n] < reader.reasons().size(), "a reason has a name");
                }
        });
    if (reader.rows(Side::users) > 0) static_cast<void>(reader.popular());
}

/// What `alster inspect` shows of any of them.
void read_shapes(const std::string& path)
{
    const auto file = Hdf5File::open(path);
    for (const auto& name : file.datasets()) {
        static_cast<void>(file.shape(name));
        static_cast<void>(file.integer_attribute(name, "crc32"));
    }
}

}  // namespace

void read_everything(const std::string& path)
{
    for (const auto read : {read_dataset, read_model, read_checkpoint, read_lists, read_shapes})
        succeeds({ExitCode::bad_data, ExitCode::io}, [&] { read(path); });
}

}  // namespace alster::fuzz
