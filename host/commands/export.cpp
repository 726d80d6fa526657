#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/publish/export_request.hpp"
#include "host/publish/formats.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster export run --to npy --out items.npy                     also items.ids.npy\n"
    "  alster export run --to pgvector --data dataset.h5 --out items.pgcopy\n"
    "  alster export run --to fbin --dtype i8 --out items.i8bin\n"
    "  alster export lists.h5 --to personalize --out lists.jsonl\n"
    "\n"
    "Rows of which nothing was learned are left out. docs/export.md says what each format holds.";

template <class T>
CLI::Option* add_choice(CLI::App& app, const char* name, std::optional<T>& value, const std::map<std::string, T>& words,
                        const char* help)
{
    std::string choices;
    for (const auto& [word, meaning] : words) choices += (choices.empty() ? "" : "|") + word;
    return app
        .add_option_function<std::string>(
            name, [&value, words](const std::string& word) { value = words.at(word); }, help)
        ->check(CLI::IsMember(words))
        ->type_name(choices);
}

void add_options(CLI::App& app, ExportRequest& options)
{
    app.add_option("source", options.source, "A model, the directory of a run, or lists")->required();
    app.add_option("--to", options.format, "The format")->required()->check(CLI::IsMember(format_names()));
    app.add_option("--out", options.out, "The file; others of the format lie beside it")->required();
    add_choice<Side>(app, "--side", options.side, {{"items", Side::items}, {"users", Side::users}},
                     "Whose vectors; items unless given");
    add_choice<VectorKind>(app, "--vectors", options.vectors,
                           {{"factors", VectorKind::factors}, {"ann_cosine", VectorKind::ann_cosine}},
                           "As trained (default), or such that the cosine ranks like the score");
    add_choice<Element>(app, "--dtype", options.element,
                        {{"f4", Element::f4}, {"f2", Element::f2}, {"i8", Element::i8}},
                        "f4 (default); f2: half; i8: integers with a scale for each dimension");
    app.add_flag("--all-rows", options.all_rows, "Rows of which nothing was learned, too: they are 0");
    app.add_option("--data", options.data, "The dataset.h5 of the model: for titles");
    app.add_option("--group", options.group, "Which lists of a file with several, such as topk/home");
    app.add_option("--queries", options.queries, "ann-benchmarks: users to find the exact neighbours of (1000)")
        ->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_flag("--verify,!--no-verify", options.verify, "Compare the source with its checksums first (default)");
}

nlohmann::ordered_json json_of(const ExportResult& result)
{
    auto files = nlohmann::ordered_json::array();
    for (const auto& file : result.files) files.push_back(file.string());
    nlohmann::ordered_json object{{"files", files}, {"rows", result.rows}, {"skipped", result.skipped}};
    if (result.width > 0) object["width"] = result.width;
    if (result.recall) object.update({{"recall@10", *result.recall}, {"queries", result.queries}});
    return object;
}

std::string text_of(const ExportResult& result)
{
    std::vector<std::string> names;
    for (const auto& file : result.files) names.push_back(printable(file.string()));
    std::string text = fmt::format("wrote {}: {} ", fmt::join(names, ", "), result.rows);
    text += result.width > 0 ? fmt::format("vectors of {} numbers", result.width) : "lists";
    if (result.skipped > 0) text += fmt::format("; {} rows of which nothing was learned left out", result.skipped);
    if (result.recall) text += fmt::format("; recall@10 {:.4f} over {} users", *result.recall, result.queries);
    return text;
}

}  // namespace

int export_command(int argc, char** argv)
{
    ExportRequest options;
    CommandLine line("export", "Writes vectors or lists for other systems.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    const ExportResult result = run_export(options);
    print("{}\n", line.json() ? json_text(json_of(result)) : text_of(result));
    return 0;
}

}  // namespace alster
