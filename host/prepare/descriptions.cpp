#include "host/prepare/descriptions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/id_hash.hpp"
#include "data/ingest/attribute_encoder.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

/// What the dataset says of a row, as a file would.
std::string raw_text(const AttributeColumn& column, Row row)
{
    if (column.type != AttributeType::set) return column.shown(row);
    std::string text;
    for (const auto& part : column.values(row)) {
        if (!text.empty()) text += set_mark;
        text += part;
    }
    return text;
}

std::size_t class_of(std::int32_t events)
{
    return static_cast<std::size_t>(std::ranges::upper_bound(event_classes, events) - event_classes.begin() - 1);
}

bool has_vocabulary(AttributeType type) { return type == AttributeType::category || type == AttributeType::set; }

}  // namespace

Descriptions::Descriptions(const Communicator& ranks, Side side, DescriptionFile file,
                           const std::filesystem::path& quarantine, double max_bad)
    : ranks_(ranks), side_(side), file_(std::move(file)), max_bad_(max_bad), quarantine_(ranks, quarantine, max_bad)
{
}

IdColumn Descriptions::new_ids(const IdDirectory& directory, const Tombstones& erased)
{
    IdIndex mine(name(side_), IdKind::text);  // the ids that fall to this rank by their hash
    if (file_.path.empty()) return mine.column();
    std::vector<std::string> first;
    Quarantine ignored(max_bad_);  // read() reports
    const auto keep = [&](std::string_view id) {
        if (erased.contains(side_, id)) return;
        if (first.size() < 3) first.emplace_back(id);
        if (id_hash(id) % static_cast<std::uint64_t>(ranks_.size()) == static_cast<std::uint64_t>(ranks_.rank()))
            static_cast<void>(mine.row(id));
    };
    static_cast<void>(read_items(file_.path, IdIndex(name(side_)), ignored, file_.columns, side_, keep));

    const IdColumn described = mine.column();
    const auto rows = directory.find(described);
    const auto known =
        ranks_.sum(static_cast<std::int64_t>(std::ranges::count_if(rows, [](Column r) { return r >= 0; })));
    report_.without_events = ranks_.sum(described.rows()) - known;
    const bool nothing = known == 0 && report_.without_events == 0;
    if (nothing && ignored.bad() == 0)
        throw Error(ExitCode::bad_data, "{} describes nothing: it has no line but its header", file_.path);
    if (known == 0 && !nothing) {
        const std::string sample = directory.sample();
        throw Error(
            ExitCode::bad_data,
            "{} describes none of the {} {}: the log has ids as {}, the file as '{}'; {} id=… says which column "
            "holds them",
            file_.path, directory.rows(), name(side_), sample, fmt::join(first, "', '"), columns_option(side_));
    }
    IdIndex fresh(name(side_), IdKind::text);
    for (Row r = 0; r < described.rows(); ++r)
        if (rows[r] < 0) static_cast<void>(fresh.row(described.text(r)));
    return fresh.column();
}

void Descriptions::read(const IdColumn& ids, RowRange rows, const std::optional<DatasetReader>& known)
{
    const IdIndex mine(name(side_), ids);
    ItemCatalogue catalogue;
    catalogue.described_rows.resize(mine.rows());
    if (!file_.path.empty()) {
        Quarantine found(max_bad_);
        catalogue = read_items(file_.path, mine, found, file_.columns, side_);
        quarantine_.add(ranks_.leads() ? found : Quarantine(0), std::array<std::int64_t, 1>{0});
        quarantine_.check();
    }
    report_.described = ranks_.sum(catalogue.described);
    report_.repeated = ranks_.sum(catalogue.known - catalogue.described);
    report_.cut = ranks_.sum(catalogue.cut);
    report_.quarantined = quarantine_.bad();
    if (known) keep_known(*known, rows, catalogue);
    encode_columns(catalogue);
}

/// A column of the file says nothing of rows that it does not describe; one that the file lacks stays as it was.
void Descriptions::keep_known(const DatasetReader& known, RowRange rows, ItemCatalogue& catalogue) const
{
    const RowRange before{std::min(rows.first, known.rows(side_)), std::min(rows.last, known.rows(side_))};
    for (const auto& [attribute, type] : known.attribute_types(side_)) {
        const bool fresh = !catalogue.columns.contains(attribute);
        auto& column = catalogue.columns[attribute];
        if (fresh) column = {.type = type, .texts = std::vector<std::string>(catalogue.described_rows.size())};
        if (column.type == AttributeType::text) column.type = type;
        if (type != AttributeType::text && column.type != type)
            throw Error(ExitCode::bad_data, "{}: '{}' is a {} there, and was a {}: name its type with {}", file_.path,
                        attribute, name(column.type), name(type), columns_option(side_));
        const AttributeColumn old = known.attribute(side_, attribute, before);
        for (Row r = 0; r < before.size(); ++r)
            if (fresh || !catalogue.described_rows[r]) column.texts[r] = raw_text(old, r);
    }
}

std::vector<std::string> Descriptions::vocabulary_of(const TextsOfColumn& column) const
{
    if (!has_vocabulary(column.type)) return {};
    std::vector<std::string> all;
    const nlohmann::json mine = distinct_values(column.type, column.texts);
    for (const auto& values : ranks_.all_gather(json_text(mine)))
        for (const auto& value : nlohmann::json::parse(values)) all.push_back(value.get<std::string>());
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

/// "Comedy, Drama" as one value of a set would pass every rule about dramas.
void Descriptions::check_separator(const std::string& attribute, const TextsOfColumn& column,
                                   std::span<const std::string> vocabulary)
{
    if (column.type != AttributeType::set || file_.path.empty()) return;
    const bool taken_apart =
        std::ranges::any_of(column.texts, [](const std::string& t) { return t.find(set_mark) != t.npos; });
    if (ranks_.max(std::int64_t{taken_apart}) > 0) return;
    const auto mark = overlooked_separator(vocabulary);
    if (!mark) return;
    const auto example =
        std::ranges::find_if(vocabulary, [&](const std::string& value) { return value.find(*mark) != value.npos; });
    const auto text = fmt::format("{}: no set of '{}' was taken apart, and '{}' seems to be one of several values",
                                  file_.path, attribute, printable(*example));
    const bool named = std::ranges::any_of(file_.columns.columns(), [&](const ItemColumn& named_column) {
        return named_column.name == attribute && named_column.set_was_named;
    });
    if (!named)
        throw Error(ExitCode::bad_data, "{}: name what separates them, as in {} {}=NAME:set:{} (:set:| if it is one)",
                    text, columns_option(side_), attribute, *mark);
    warnings_.push_back(text);
}

void Descriptions::encode_columns(ItemCatalogue& catalogue)
{
    for (const auto& [attribute, column] : catalogue.columns) {
        std::size_t width = 1;
        for (const auto& text : column.texts) width = std::max(width, text.size());
        width = static_cast<std::size_t>(ranks_.max(static_cast<std::int64_t>(width)));
        const auto vocabulary = vocabulary_of(column);
        check_separator(attribute, column, vocabulary);
        EncodedAttribute encoded = encode(column.type, column.texts, vocabulary, width);
        AttributeReport report{.name = attribute, .type = column.type};
        report.distinct = encoded.column.vocabulary.rows();
        if (!has_vocabulary(column.type)) report.distinct = 0;
        report.unreadable = ranks_.sum(encoded.unreadable);
        for (const auto& first : ranks_.all_gather(encoded.first_unreadable))
            if (report.first_unreadable.empty()) report.first_unreadable = first;
        report_.attributes.push_back(std::move(report));
        columns_.emplace(attribute, std::move(encoded.column));
    }
}

void Descriptions::write(DatasetWriter& file, Row first, std::span<const std::int32_t> event_counts)
{
    for (AttributeReport& report : report_.attributes) {
        const AttributeColumn& column = columns_.at(report.name);
        for (Row r = 0; r < column.rows(); ++r) {
            ++report.rows_in_class[class_of(event_counts[r])];
            report.given_in_class[class_of(event_counts[r])] += std::int64_t{column.given(r)};
        }
        ranks_.sum(std::span(report.rows_in_class));
        ranks_.sum(std::span(report.given_in_class));
        for (const auto given : report.given_in_class) report.given += given;
        const auto entries = static_cast<std::int64_t>(column.codes.size());
        file.write_attribute(side_, report.name, column, first,
                             {.before = ranks_.sum_before(entries), .all = ranks_.sum(entries)});
    }
}

std::vector<std::string> Descriptions::warnings() const
{
    std::vector<std::string> warnings = warnings_;
    if (report_.cut > 0)
        warnings.push_back(
            fmt::format("{}: {} texts of {} were cut to 1000 bytes", file_.path, report_.cut, name(side_)));
    if (report_.repeated > 0)
        warnings.push_back(fmt::format("{}: {} lines are about an {} of an earlier line: the last counts", file_.path,
                                       report_.repeated, singular(side_)));
    for (const auto& attribute : report_.attributes)
        if (attribute.unreadable > 0)
            warnings.push_back(fmt::format(
                "{}: {} values of '{}' are no {}, the first is '{}': taken as not given", file_.path,
                attribute.unreadable, attribute.name,
                attribute.type == AttributeType::boolean ? "truth values" : fmt::format("{}s", name(attribute.type)),
                attribute.first_unreadable));
    return warnings;
}

}  // namespace alster
