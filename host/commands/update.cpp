#include <nlohmann/json.hpp>
#include <sstream>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/config_file.hpp"
#include "host/commands/literal_value.hpp"
#include "host/commands/prepare_options.hpp"
#include "host/update/update.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster update --model run --data ml.h5 --input tonight.dat --out fresh/1\n"
    "  alster update --model fresh/1 --data fresh/1/dataset.h5 --input later.dat --out fresh/2\n"
    "  mpirun -n 4 alster update --model run --data d.h5 --input new.csv --items items.csv --out fresh";

const std::map<std::string, LateEvents> late_words = {
    {"refuse", LateEvents::refuse}, {"drop", LateEvents::drop}, {"add", LateEvents::add}};

struct UpdateWords {
    std::string data;
    PrepareWords layout;
    PrepareOptions given;  // what this command line says of it
    std::string late = "refuse";
};

/// Options that may differ from those of the dataset: how this log is to be read.
constexpr const char* layout_options[] = {"--format",    "--columns", "--header",        "--no-header",
                                          "--separator", "--null",    "--decimal-comma", "--time-format"};

void add_options(CLI::App& app, UpdateOptions& options, UpdateWords& words)
{
    app.add_option("--model", options.model, "model.h5, or the directory of its run")->required();
    app.add_option("--data", words.data, "The dataset that it was trained on")->required();
    app.add_option("--input", words.given.inputs, "Log files of what is new since; - is standard input")->required();
    app.add_option("--out", options.out, "Directory to be made: dataset.h5 and model.h5")->required();
    app.add_option("--late", words.late,
                   "Events no later than the dataset: refuse them, drop, or add (it does not hold them)")
        ->check(CLI::IsMember(late_words));
    app.add_flag("--keep-items", options.keep_items,
                 "Fold in new items only: those that were learned stay as they are");
    app.add_option("--max-bad", words.given.max_bad, "Fraction of lines that may be bad")->check(CLI::Range(0.0, 1.0));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
    add_layout_options(app, words.given.layout, words.layout);
    add_description_options(app, words.given, words.layout);
    for (const char* option : layout_options) app.get_option(option)->group("Log (default: as the dataset's was read)");
    for (const char* option : {"--items", "--item-columns", "--users", "--user-columns"})
        app.get_option(option)->group("New users and items");
}

/// How the dataset was prepared: what its events mean, and how its log was read.
struct Prepared {
    PrepareOptions options;
    PrepareWords words;
};

Prepared how_prepared(const std::string& data)
{
    const DatasetReader dataset(data, serial_access(), Verify::nothing);
    Prepared prepared;
    CLI::App app;
    app.config_formatter(std::make_shared<ConfigFile>());
    app.allow_config_extras(CLI::config_extras_mode::ignore);
    add_prepare_options(app, prepared.options, prepared.words);
    const auto drop_mark = [](std::string& value) { return drop_literal_mark(value), std::string(); };
    for (CLI::Option* option : app.get_options({})) option->transform(CLI::Validator(drop_mark, ""));
    try {
        const auto provenance = nlohmann::json::parse(dataset.info().provenance);
        prepared.options.command_options = provenance.at("options");
        std::istringstream text(prepared.options.command_options);
        app.parse_from_stream(text);
        prepared.options.rules_text = provenance.value("rules", "");
    } catch (const std::exception& error) {  // of JSON or of CLI11
        throw Error(ExitCode::bad_data, "{}: does not tell how it was prepared ({}); prepare it again", data,
                    error.what());
    }
    return prepared;
}

/// The meaning of events is the dataset's; how they are to be read is what this command line says, else the same too.
PrepareOptions events_of(const CLI::App& app, const UpdateWords& asked)
{
    Prepared prepared = how_prepared(asked.data);
    const auto given = [&](const char* option) { return app.count(option) > 0; };
    PrepareWords& words = prepared.words;
    PrepareOptions& options = prepared.options;
    if (given("--format")) words.format = asked.layout.format;
    if (given("--columns")) words.columns = asked.layout.columns;
    if (given("--header") || given("--no-header"))
        words.header = asked.layout.header, words.no_header = asked.layout.no_header;
    if (given("--separator")) words.separator = asked.layout.separator;
    if (given("--time-format")) words.time_format = asked.layout.time_format;
    if (given("--null")) options.layout.nulls = asked.given.layout.nulls;
    if (given("--decimal-comma")) options.layout.decimal_comma = asked.given.layout.decimal_comma;
    words.item_columns = asked.layout.item_columns;
    words.user_columns = asked.layout.user_columns;
    words.split = "none";
    options.items.path = asked.given.items.path;
    options.users.path = asked.given.users.path;
    options.inputs = asked.given.inputs;
    options.test.clear();
    options.rules.clear();
    options.extend = asked.data;
    options.max_bad = asked.given.max_bad;
    options.late = late_words.at(asked.late);
    interpret(words, options);
    return options;
}

nlohmann::json as_json(const UpdatedRows& rows, std::int64_t all)
{
    return {{"rows", all}, {"folded", rows.folded}, {"new", rows.fresh}, {"seconds", rows.seconds}};
}

void print_json(const UpdateReport& report)
{
    const nlohmann::json json = {
        {"model", report.model},
        {"dataset", report.dataset},
        {"run_id", report.run_id},
        {"events", report.events.events},
        {"late", report.events.late},
        {"quarantined", report.events.quarantined},
        {"interactions", report.events.interactions},
        {"users", as_json(report.users, report.events.users)},
        {"items", as_json(report.items, report.events.items)},
        {"other_users",
         {{"sampled", report.others.users}, {"overlap@10", report.others.overlap}, {"cosine", report.others.cosine}}},
        {"prepare_seconds", report.events.seconds},
        {"seconds", report.seconds},
        {"warnings", report.events.warnings}};
    print("{}\n", json_text(json));
}

void print_text(const UpdateReport& report)
{
    print(
        "events        {} new{}{}\n", report.events.events,
        report.events.late > 0 ? fmt::format(" ({} late)", report.events.late) : "",
        report.events.erased > 0 ? fmt::format(", {} of users and items that were erased", report.events.erased) : "");
    print("users         {}, {} folded in, {} of them new\n", report.events.users, report.users.folded,
          report.users.fresh);
    print("items         {}, {} folded in, {} of them new\n", report.events.items, report.items.folded,
          report.items.fresh);
    if (report.others.users > 0)
        print("others        {} users sampled: overlap@10 {:.3f} of their lists with exact ones, cosine {:.4f}\n",
              report.others.users, report.others.overlap, report.others.cosine);
    print("time          {:.2f} s, of which {:.2f} s for the dataset\n", report.seconds, report.events.seconds);
    print("wrote         {} and {}\n", printable(report.dataset), printable(report.model));
}

}  // namespace

int update_command(int argc, char** argv)
{
    CommandLine line("update",
                     "Add new events to a dataset, and fold its users and items into a model without retraining",
                     examples);
    UpdateOptions options;
    UpdateWords words;
    add_options(line.app(), options, words);
    if (!line.parse(argc, argv)) return 0;
    options.prepare = events_of(line.app(), words);
    const Communicator ranks;
    const UpdateReport report = run_update(ranks, options);
    if (!ranks.leads()) return 0;
    for (const auto& warning : report.events.warnings) say("warning: {}", warning);
    if (line.json())
        print_json(report);
    else
        print_text(report);
    return 0;
}

}  // namespace alster
