#include "data/feature_prior.hpp"

#include <algorithm>
#include <cmath>

#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

std::string group_of(Side side) { return std::string("/prior/") + name(side); }

std::vector<std::string> texts_of(const TextColumn& column)
{
    std::vector<std::string> texts;
    for (Row row = 0; row < column.rows(); ++row) texts.emplace_back(column[row]);
    return texts;
}

bool all_finite(const std::vector<double>& values)
{
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

}  // namespace

void write_prior(Hdf5File& file, Side side, const FeaturePrior& prior)
{
    const std::string group = group_of(side);
    file.write(group + "/attribute", TextColumn::from(prior.names.attributes));
    file.write(group + "/value", TextColumn::from(prior.names.values));
    file.write(group + "/numeric", std::span(std::as_const(prior.names.numeric)));
    file.write(group + "/centre", std::span(std::as_const(prior.names.centres)));
    file.write(group + "/weight", std::span(std::as_const(prior.names.weights)));
    file.write(group + "/map", std::span(std::as_const(prior.map)), prior.width);
    file.set_attribute(group + "/map", "ridge", prior.ridge);
    file.set_attribute(group + "/map", "mean", "features · map");
}

std::optional<FeaturePrior> read_prior(const Hdf5File& file, Side side, Row width)
{
    const std::string group = group_of(side);
    if (!file.contains(group + "/map")) return std::nullopt;
    const Row features = file.shape(group + "/map").rows;
    check_shape(file, group + "/map", features, width);
    for (const char* column : {"/attribute", "/value", "/numeric", "/centre", "/weight"})
        check_shape(file, group + column, features);
    FeaturePrior prior{.names = {.attributes = texts_of(file.read_text(group + "/attribute")),
                                 .values = texts_of(file.read_text(group + "/value")),
                                 .numeric = file.read<std::uint8_t>(group + "/numeric"),
                                 .centres = file.read<double>(group + "/centre"),
                                 .weights = file.read<double>(group + "/weight")},
                       .ridge = file.real_attribute(group + "/map", "ridge"),
                       .width = width,
                       .map = file.read<double>(group + "/map")};
    if (!all_finite(prior.map) || !all_finite(prior.names.centres) || !all_finite(prior.names.weights) ||
        !(prior.ridge > 0) || !std::isfinite(prior.ridge))
        throw Error(ExitCode::bad_data, "{}: {} has numbers that are not finite: the file is damaged or was altered",
                    file.path().string(), group);
    return prior;
}

}  // namespace alster
