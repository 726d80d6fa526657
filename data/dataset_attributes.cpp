#include "data/dataset_attributes.hpp"

#include <algorithm>
#include <functional>

#include "data/dataset_layout.hpp"
#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/ingest/attribute_encoder.hpp"

namespace alster {

namespace {

constexpr const char* type_attribute = "type";
constexpr std::string_view values_name = "/values";

std::string prefix_of(Side side) { return group_of(side) + "/attributes/"; }

void check_name(const std::string& name)
{
    constexpr std::size_t longest = 255;
    const bool spells_a_path = name.find_first_of(std::string_view("/\0", 2)) != std::string::npos;
    if (name.empty() || name.size() > longest || name == "." || spells_a_path)
        throw Error(ExitCode::bad_data, "'{}' cannot be the name of a column: rename it", name);
}

[[noreturn]] void inconsistent(const Hdf5File& file, const std::string& group, const char* what)
{
    throw Error(ExitCode::bad_data, "{}: {}: {}: the file is damaged, prepare it again", file.path().string(), group,
                what);
}

void check_codes(const Hdf5File& file, const std::string& group, const AttributeColumn& column)
{
    const auto least = column.type == AttributeType::set ? 0 : no_code;
    const auto known = static_cast<std::int32_t>(column.vocabulary.rows());
    if (std::ranges::any_of(column.codes, [&](std::int32_t code) { return code < least || code >= known; }))
        inconsistent(file, group, "a code is outside of the vocabulary");
    for (Row r = 0; column.type == AttributeType::set && r < column.rows(); ++r)
        if (std::adjacent_find(column.codes.begin() + column.offsets[r], column.codes.begin() + column.offsets[r + 1],
                               std::greater_equal<>()) != column.codes.begin() + column.offsets[r + 1])
            inconsistent(file, group, "the codes of a set do not ascend");
    for (Row v = 1; v < column.vocabulary.rows(); ++v)
        if (column.vocabulary[v - 1] >= column.vocabulary[v])
            inconsistent(file, group, "the vocabulary does not ascend");
}

void read_set(const Hdf5File& file, const std::string& group, Row all, RowRange rows, AttributeColumn& column)
{
    check_shape(file, group + "/offsets", all + 1);
    column.offsets = file.read_rows<Offset>(group + "/offsets", {rows.first, rows.last + 1});
    const RowRange entries{column.offsets.front(), column.offsets.back()};
    const Offset known = file.shape(group + "/values").rows;
    const bool ends = (rows.first > 0 || entries.first == 0) && (rows.last < all || entries.last == known);
    if (!ends || entries.first < 0 || entries.last > known || !std::ranges::is_sorted(column.offsets))
        inconsistent(file, group, "its offsets do not ascend from 0 to the number of entries");
    for (auto& offset : column.offsets) offset -= entries.first;
    column.codes = file.read_rows<std::int32_t>(group + "/values", entries);
}

/// Texts of items as files of format 1.1 have them.
AttributeColumn read_metadata(const Hdf5File& file, Row all, const std::string& name, RowRange rows)
{
    const std::string dataset = metadata_group + name;
    check_shape(file, dataset, all);
    const TextColumn stored = file.read_text(dataset);
    std::vector<std::string> texts;
    for (Row r = rows.first; r < rows.last; ++r) texts.emplace_back(stored[r]);
    const auto type = name == "genres" ? AttributeType::set : AttributeType::text;
    if (type == AttributeType::set)
        for (auto& text : texts) std::ranges::replace(text, '|', set_mark);
    return encode(type, texts, distinct_values(type, texts), 1).column;
}

}  // namespace

void write_attribute(Hdf5File& file, Side side, Row rows, const std::string& name, const AttributeColumn& column,
                     Row first, SetPlace place)
{
    check_name(name);
    const std::string group = prefix_of(side) + name;
    const std::string values = group + "/values";
    const auto write_values = [&]<class T>(std::span<const T> mine) {
        write_all_rows<T>(file, values, rows, 0, first, mine);
    };
    switch (column.type) {
        case AttributeType::text:
            file.make_text(values, rows, column.texts.width);
            file.write_text(values, first, column.texts);
            file.seal(values);
            break;
        case AttributeType::category:
            write_values(std::span(column.codes));
            break;
        case AttributeType::set: {
            std::vector<Offset> ends(column.offsets.begin() + 1, column.offsets.end());
            for (auto& end : ends) end += place.before;
            file.make_rows<Offset>(group + "/offsets", rows + 1);
            if (file.access().leads()) ends.insert(ends.begin(), 0);
            file.write_rows<Offset>(group + "/offsets", file.access().leads() ? first : first + 1, ends);
            file.seal(group + "/offsets");
            write_all_rows<std::int32_t>(file, values, place.all, 0, place.before, column.codes);
            break;
        }
        case AttributeType::number:
            write_values(std::span(column.numbers));
            break;
        case AttributeType::time:
            write_values(std::span(column.times));
            break;
        case AttributeType::boolean:
            write_values(std::span(column.truths));
            break;
    }
    if (column.type == AttributeType::category || column.type == AttributeType::set)
        file.write(group + "/vocabulary", column.vocabulary);
    file.set_attribute(values, type_attribute, alster::name(column.type));
}

std::map<std::string, AttributeType> attribute_types(const Hdf5File& file, Side side)
{
    const std::string prefix = prefix_of(side), metadata = metadata_group;
    std::map<std::string, AttributeType> types;
    for (const auto& dataset : file.datasets()) {
        if (side == Side::items && dataset.starts_with(metadata)) {
            const auto name = dataset.substr(metadata.size());
            types[name] = name == "genres" ? AttributeType::set : AttributeType::text;
        }
        if (!dataset.starts_with(prefix) || !dataset.ends_with(values_name)) continue;
        const auto type = attribute_type(file.text_attribute(dataset, type_attribute));
        if (!type) inconsistent(file, dataset, "its type is unknown");
        types[dataset.substr(prefix.size(), dataset.size() - prefix.size() - values_name.size())] = *type;
    }
    return types;
}

AttributeColumn read_attribute(const Hdf5File& file, Side side, Row all, const std::string& name, RowRange rows)
{
    const std::string group = prefix_of(side) + name;
    const std::string values = group + "/values";
    if (!file.contains(values)) return read_metadata(file, all, name, rows);
    AttributeColumn column;
    column.type = attribute_type(file.text_attribute(values, type_attribute)).value_or(AttributeType::text);
    const bool coded = column.type == AttributeType::category || column.type == AttributeType::set;
    if (column.type != AttributeType::set) check_shape(file, values, all);
    if (coded) column.vocabulary = file.read_text(group + "/vocabulary");
    switch (column.type) {
        case AttributeType::text:
            column.texts = file.read_text_rows(values, rows);
            break;
        case AttributeType::category:
            column.codes = file.read_rows<std::int32_t>(values, rows);
            break;
        case AttributeType::set:
            read_set(file, group, all, rows, column);
            break;
        case AttributeType::number:
            column.numbers = file.read_rows<double>(values, rows);
            break;
        case AttributeType::time:
            column.times = file.read_rows<std::int64_t>(values, rows);
            break;
        case AttributeType::boolean:
            column.truths = file.read_rows<std::uint8_t>(values, rows);
            break;
    }
    if (coded) check_codes(file, group, column);
    return column;
}

}  // namespace alster
