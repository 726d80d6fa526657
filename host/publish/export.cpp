#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "data/error.hpp"
#include "data/output_lock.hpp"
#include "data/output_path.hpp"
#include "host/publish/formats.hpp"
#include "host/publish/nearest.hpp"

namespace alster {

namespace {

constexpr Row default_queries = 1000;
constexpr Row recall_queries = 200;

const char* name_of(Element element) { return element == Element::f4 ? "f4" : element == Element::f2 ? "f2" : "i8"; }

/// Throws usage (64) where `out` does not end as files of the format do.
void require_ending(const ExportRequest& options, std::string_view endings)
{
    const std::string ending = options.out.extension().string();
    const bool known = !ending.empty() && fmt::format(" {} ", endings).find(' ' + ending + ' ') != std::string::npos;
    if (!known)
        throw Error(ExitCode::usage, "--out {}: files of --to {} end in {}", options.out.string(), options.format,
                    endings);
}

template <class Format>
[[noreturn]] void refuse_format(std::span<const Format> formats, const ExportRequest& options, const char* what)
{
    std::vector<std::string_view> names;
    for (const auto& format : formats)
        if (std::ranges::find(names, format.name) == names.end()) names.push_back(format.name);
    throw Error(ExitCode::usage, "--to {} is no format for {}: {} has {}; choose {}", options.format, what,
                options.source.string(), what, fmt::join(names, ", "));
}

const VectorFormat& vector_format(const ExportRequest& options)
{
    const Element element = options.element.value_or(Element::f4);
    std::vector<const char*> elements;
    for (const auto& format : vector_formats()) {
        if (format.name != options.format) continue;
        if (format.element == element) return format;
        elements.push_back(name_of(format.element));
    }
    if (elements.empty()) refuse_format(vector_formats(), options, "vectors");
    throw Error(ExitCode::usage, "--to {} takes --dtype {}, not {}", options.format, fmt::join(elements, " or "),
                name_of(element));
}

const ListFormat& list_format(const ExportRequest& options)
{
    for (const auto& format : list_formats())
        if (format.name == options.format) return format;
    refuse_format(list_formats(), options, "lists");
}

/// Throws usage (64) for the first option of these that was given.
void refuse_options(std::initializer_list<std::pair<bool, const char*>> given, const std::string& why)
{
    for (const auto& [asked, option] : given)
        if (asked) throw Error(ExitCode::usage, "{} does not go with {}", option, why);
}

/// What formats that hold a whole model leave no choice of.
void check_choices(const ExportRequest& options)
{
    const std::string why = "--to " + options.format;
    const bool benchmark = options.format == "ann-benchmarks";
    if (options.format == "implicit")
        refuse_options({{options.side.has_value(), "--side"},
                        {options.vectors.has_value(), "--vectors"},
                        {options.all_rows, "--all-rows"}},
                       why + ": it has all rows of both sides");
    if (benchmark)
        refuse_options({{options.side == Side::users, "--side users"},
                        {options.all_rows, "--all-rows"},
                        {options.vectors == VectorKind::factors, "--vectors factors"}},
                       why + ": it has the items' ann_cosine");
    if (!benchmark) refuse_options({{options.queries.has_value(), "--queries"}}, why);
    refuse_options({{!options.group.empty(), "--group"}}, "a model: it names lists");
    if (!options.data.empty() && options.side == Side::users)
        throw Error(ExitCode::usage, "--data is for titles, and --side users has none");
}

/// Titles of the dataset that the model was trained on.
std::optional<ItemLabels> labels_of(const ModelReader& model, const ExportRequest& options)
{
    if (options.data.empty()) return std::nullopt;
    const DatasetReader dataset(options.data, serial_access(), options.verify ? Verify::all : Verify::nothing);
    if (dataset.info().fingerprint != model.info().fingerprint)
        throw Error(ExitCode::bad_data, "{}: is not the dataset that {} was trained on", options.data.string(),
                    model.file().path().string());
    return ItemLabels(model, &dataset);
}

ExportResult export_vectors(const std::filesystem::path& source, const ExportRequest& options)
{
    const VectorFormat& format = vector_format(options);
    require_ending(options, format.endings);
    check_choices(options);
    const OutputLock lock = OutputLock::of_file(output_target(options.out));
    const ModelReader model(source, serial_access(), options.verify ? Verify::all : Verify::nothing);
    const auto labels = labels_of(model, options);
    const bool whole = options.format == "implicit";
    const auto kind =
        options.format == "ann-benchmarks" ? VectorKind::ann_cosine : options.vectors.value_or(VectorKind::factors);
    const VectorTable table(model, options.side.value_or(Side::items), kind, options.all_rows || whole,
                            labels ? &*labels : nullptr);
    const Encoding encoding(table, format.element);
    ExportResult result{.rows = table.rows(), .skipped = table.skipped(), .width = table.width()};
    result.files = format.write({table, encoding, options.out, options.queries.value_or(default_queries)});
    if (whole) result.rows = model.info().users + model.info().items;
    if (format.element == Element::f4) return result;
    if (const auto recall = recall_of(table, encoding, recall_queries)) {
        result.recall = recall->at_10;
        result.queries = recall->queries;
    }
    return result;
}

const ListGroup& group_of(const ListFileReader& lists, const ExportRequest& options)
{
    if (!options.group.empty()) return lists.group(options.group.front() == '/' ? options.group : '/' + options.group);
    if (lists.groups().size() == 1) return lists.groups().front();
    std::vector<std::string> names;
    for (const auto& group : lists.groups()) names.push_back(group.name);
    throw Error(ExitCode::usage, "{}: choose one of its lists: --group {}", options.source.string(),
                fmt::join(names, " or "));
}

ExportResult export_lists(const std::filesystem::path& source, const ExportRequest& options)
{
    const ListFormat& format = list_format(options);
    require_ending(options, format.endings);
    refuse_options({{options.side.has_value(), "--side"},
                    {options.vectors.has_value(), "--vectors"},
                    {options.element.has_value(), "--dtype"},
                    {options.all_rows, "--all-rows"},
                    {!options.data.empty(), "--data"},
                    {options.queries.has_value(), "--queries"}},
                   "lists: it chooses vectors of a model");
    const OutputLock lock = OutputLock::of_file(output_target(options.out));
    const ListFileReader lists(source, serial_access(), options.verify ? Verify::all : Verify::nothing);
    const ListGroup& group = group_of(lists, options);
    const IdColumn items = lists.ids(Side::items, {0, lists.rows(Side::items)});
    return {.files = format.write({lists, group, items, options.out}), .rows = lists.rows(group.side)};
}

}  // namespace

ExportResult run_export(const ExportRequest& options)
{
    const auto source = model_file_of(options.source);
    const std::string format = Hdf5File::open(source, serial_access(), Verify::nothing).text_attribute("/", "format");
    if (format != "alster-model" && format != "alster-lists")
        throw Error(ExitCode::bad_data, "{}: is of format {}; a model or lists can be exported", source.string(),
                    format);
    std::error_code missing;
    if (std::filesystem::equivalent(source, options.out, missing))
        throw Error(ExitCode::usage, "--out {}: is the file that is exported: choose another name",
                    options.out.string());
    return format == "alster-model" ? export_vectors(source, options) : export_lists(source, options);
}

}  // namespace alster
