#include "tests/fuzz/everything.hpp"

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "tests/fuzz/property.hpp"

namespace alster::fuzz {

namespace {

void read_dataset(const std::string& path)
{
    const DatasetReader reader(path);
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        static_cast<void>(reader.ids(side, all).order());
        static_cast<void>(reader.id_order(side, all));
        static_cast<void>(reader.event_counts(side, all));
        static_cast<void>(reader.last_events(side, all));
        static_cast<void>(reader.interactions(Part::train, side, all));
    }
    static_cast<void>(reader.interactions(Part::holdout, Side::users, {0, reader.rows(Side::users)}));
    static_cast<void>(reader.metadata());
}

void read_model(const std::string& path)
{
    const ModelReader reader(path);
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        static_cast<void>(reader.ids(side, all).order());
        static_cast<void>(reader.event_counts(side, all));
        static_cast<void>(reader.status(side, all));
        require(reader.factors(side, all).size() == static_cast<std::size_t>(all.size() * reader.info().width),
                "factors have the shape that is promised");
        static_cast<void>(reader.gramian(side));
    }
    for (const auto item : reader.popular().items)
        require(item >= 0 && item < reader.rows(Side::items), "what is popular is an item");
}

void read_checkpoint(const std::string& path)
{
    const CheckpointReader reader(path);
    require(reader.factors({0, reader.info().rows}).size() ==
                static_cast<std::size_t>(reader.info().rows * reader.info().width),
            "factors have the shape that is promised");
    if (reader.info().start_rows > 0)
        require(reader.start({0, reader.info().start_rows}).size() ==
                    static_cast<std::size_t>(reader.info().start_rows * reader.info().width),
                "the start has the shape that is promised");
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
    for (const auto read : {read_dataset, read_model, read_checkpoint, read_shapes})
        succeeds({ExitCode::bad_data, ExitCode::io}, [&] { read(path); });
}

}  // namespace alster::fuzz
