#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/prepare/prepare.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster prepare --input ratings.dat --format movielens --items movies.dat --split time:0.1 --out ml.h5\n"
    "  mpirun -n 4 alster prepare --input log.csv --format csv --extend old.h5 --out new.h5\n"
    "  alster prepare --input a.csv.gz b.csv.gz --format csv --header --columns user=uid,item=sku,value=n --out d.h5\n"
    "  zcat events.jsonl.gz | alster prepare --input - --format jsonl --rules rules.toml --out d.h5\n";

const std::map<std::string, LogFormat> formats = {{"csv", LogFormat::csv},
                                                  {"tsv", LogFormat::tsv},
                                                  {"jsonl", LogFormat::jsonl},
                                                  {"json", LogFormat::jsonl},
                                                  {"movielens", LogFormat::movielens},
                                                  {"pairs", LogFormat::pairs},
                                                  {"lists", LogFormat::lists}};
const std::map<std::string, Duplicates> duplicate_words = {
    {"sum", Duplicates::sum}, {"max", Duplicates::max}, {"last", Duplicates::last}};

const std::map<std::string, Redelivered> redelivered_words = {
    {"auto", Redelivered::automatic}, {"drop", Redelivered::drop}, {"keep", Redelivered::keep}};

// As a flag is typed, or stands in a configuration file, where false means that it is not given.
const std::map<std::string, std::optional<bool>> headers = {
    {"auto", std::nullopt}, {"false", std::nullopt}, {"true", true}, {"yes", true}, {"no", false}};

double number(const std::string& option, const std::string& text)
{
    double value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        throw Error(ExitCode::usage, "{}: '{}' is not a number", option, text);
    return value;
}

template <class Value>
Value chosen(const std::map<std::string, Value>& words, const std::string& option, const std::string& word)
{
    const auto found = words.find(word);
    if (found != words.end()) return found->second;
    std::string known;
    for (const auto& [name, value] : words) known += (known.empty() ? "" : ", ") + name;
    throw Error(ExitCode::usage, "{}: '{}' is not one of {}", option, word, known);
}

/// The options as they are typed.
struct Words {
    std::string format = "csv";
    std::string columns;
    std::string time_format;
    std::string item_columns;
    std::string user_columns;
    std::string header = "auto";
    bool no_header = false;
    std::string separator;
    std::string drop_below;
    std::string split = "none";
    std::string validation = "none";
    std::string duplicates;
    std::string redelivered = "auto";
};

void add_filter_options(CLI::App& app, EventFilter& filter, Words& words)
{
    app.add_option("--drop-below", words.drop_below, "Ignore events with a value below this one");
    app.add_option("--drop-values", filter.values, "Ignore events with one of these values: -1,0")->delimiter(',');
    app.add_option("--ignore-events", filter.types, "Ignore events of these types: view,click")->delimiter(',');
    app.add_option("--only-events", filter.only, "Ignore events of all other types")->delimiter(',');
}

void add_options(CLI::App& app, PrepareOptions& options, Words& words)
{
    app.add_option("--input", options.inputs, "Log files, plain or packed (gzip, bzip2, xz, zstd); - is standard input")
        ->required();
    app.add_option("--format", words.format, "csv, tsv, jsonl, movielens, pairs or lists")->capture_default_str();
    app.add_option("--columns", words.columns,
                   "user=0,item=1,value=2,time=3,event=4,confidence=5, or names with --header");
    app.add_flag("--header", words.header, "The first line of each csv or tsv file names its columns");
    app.add_flag("--no-header", words.no_header, "The first line of each csv or tsv file is an event");
    app.add_option("--separator", words.separator, "Of csv and tsv: , ; | \\t :: space, or another mark");
    app.add_flag("--decimal-comma", options.layout.decimal_comma, "1,234 is a little more than 1");
    app.add_option("--null", options.layout.nulls, "Spellings of what is not given: NULL,NA,\\N")->delimiter(',');
    app.add_option("--time-format", words.time_format,
                   "s, ms, us, ns or a pattern as %m/%d/%Y %H:%M (default: found for each time)");
    add_filter_options(app, options.filter, words);
    app.add_option("--items", options.items.path, "What items are: movies.dat, u.item, JSON lines, CSV or TSV");
    app.add_option("--item-columns", words.item_columns,
                   "id=0,title=1,genres=2:set:;,released=5:time by position or name, with types");
    app.add_option("--users", options.users.path, "What users are: users.dat, u.user, JSON lines, CSV or TSV")
        ->type_name("TABLE");
    app.add_option("--user-columns", words.user_columns,
                   "id=0,profile=1:category,born=2:number; types: text, category, set, number, time, bool");
    app.add_flag("--only-with-events", options.only_with_events,
                 "No rows for users and items that are described but have no events");
    app.add_option("--extend", options.extend,
                   "An earlier dataset whose users and items keep their rows; --input holds the whole history");
    app.add_option("--rules", options.rules, "TOML file: event types and values to confidences and preferences");
    app.add_option("--split", words.split,
                   "What to hold out: none, random:F, last:N (of each user) or time:F (the latest)")
        ->capture_default_str();
    app.add_option("--validation", words.validation,
                   "Split what that leaves once more, as d.validation.h5 beside d.h5, which tune chooses by")
        ->capture_default_str();
    app.add_option("--test", options.test, "A log of the same format to hold out");
    app.add_option("--duplicates", words.duplicates,
                   "Several events of a pair: sum, max, last (default; sum with --rules)");
    app.add_option("--redelivered", words.redelivered,
                   "Events that a log holds again, by event_id or in everything: auto, drop or keep")
        ->capture_default_str();
    app.add_option("--max-bad", options.max_bad, "Fraction of lines that may be bad")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Of --split random")->capture_default_str();
    app.add_option("--out", options.out, "The dataset to write")->required();
}

void interpret(const Words& words, PrepareOptions& options)
{
    options.layout.format = chosen(formats, "--format", words.format);
    options.layout.columns = ColumnSpec::parse(words.columns);
    options.items.columns = ItemColumnSpec::parse(words.item_columns);
    options.users.columns = ItemColumnSpec::parse(words.user_columns, "--user-columns");
    if (!options.items.columns.empty() && options.items.path.empty())
        throw Error(ExitCode::usage, "--item-columns is about a file: add --items FILE");
    if (!options.users.columns.empty() && options.users.path.empty())
        throw Error(ExitCode::usage, "--user-columns is about a file: add --users FILE");
    options.layout.times = TimeFormat::parse(words.time_format);
    if (!words.separator.empty()) options.layout.separator = Separator::parse(words.separator);
    options.layout.header = chosen(headers, "--header", words.header);
    if (words.no_header && options.layout.header.value_or(false))
        throw Error(ExitCode::usage, "--header and --no-header: give one of them");
    if (words.no_header) options.layout.header = false;
    if (!words.drop_below.empty()) options.filter.below = number("--drop-below", words.drop_below);
    options.split = SplitPlan::parse(words.split);
    options.validation = SplitPlan::parse(words.validation, "--validation");
    if (!words.duplicates.empty()) options.duplicates = chosen(duplicate_words, "--duplicates", words.duplicates);
    options.redelivered = chosen(redelivered_words, "--redelivered", words.redelivered);
    if (!options.test.empty() && options.split.kind != SplitPlan::Kind::none)
        throw Error(ExitCode::usage, "--test and --split both say what to hold out: give one of them");
    if (std::count(options.inputs.begin(), options.inputs.end(), "-") + (options.test == "-") > 1)
        throw Error(ExitCode::usage, "standard input (-) can be read once only");
    if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 0 &&
        options.validation.kind != SplitPlan::Kind::none)
        throw Error(ExitCode::usage, "--validation reads the log twice, and standard input (-) can be read once only");
}

nlohmann::json as_json(const DescriptionReport& file)
{
    auto attributes = nlohmann::json::array();
    for (const auto& attribute : file.attributes)
        attributes.push_back({{"name", attribute.name},
                              {"type", name(attribute.type)},
                              {"given", attribute.given},
                              {"distinct", attribute.distinct},
                              {"unreadable", attribute.unreadable},
                              {"least_events", event_classes},
                              {"given_in_class", attribute.given_in_class},
                              {"rows_in_class", attribute.rows_in_class}});
    return {{"described", file.described}, {"without_events", file.without_events}, {"repeated", file.repeated},
            {"texts_cut", file.cut},       {"quarantined", file.quarantined},       {"attributes", attributes}};
}

/// For which rows an attribute was given: of those with few events and with many, where it was not for all.
std::string given_text(const AttributeReport& attribute)
{
    std::int64_t rows = 0;
    for (const auto count : attribute.rows_in_class) rows += count;
    if (attribute.given == rows) return "given for all";
    std::string shares;
    for (std::size_t c = 0; c < event_classes.size(); ++c) {
        if (attribute.rows_in_class[c] == 0) continue;
        const auto share =
            static_cast<double>(attribute.given_in_class[c]) / static_cast<double>(attribute.rows_in_class[c]);
        shares += fmt::format("{}{:.0f} % of those with {}{}", shares.empty() ? "" : ", ", 100 * share,
                              c == 0 ? "no events" : fmt::format("{}", event_classes[c]), c == 0 ? "" : " or more");
    }
    return fmt::format("given for {} of {}: {}", attribute.given, rows, shares);
}

void print_attributes(const DescriptionReport& file, const DescriptionFile& asked, Side side)
{
    if (!asked.path.empty())
        print("described     {} {} ({} without events)\n", file.described, name(side), file.without_events);
    for (const auto& attribute : file.attributes) {
        const auto values = attribute.distinct > 0 ? fmt::format(" of {}", attribute.distinct) : "";
        print("  {:<18} {}{}, {}\n", printable(attribute.name), name(attribute.type), values, given_text(attribute));
    }
}

double peak_megabytes(const PrepareReport& report) { return report.peak_bytes / (1 << 20); }

void print_json(const PrepareReport& report, const std::string& out)
{
    nlohmann::json json = {{"out", out},
                           {"lines", report.lines},
                           {"quarantined", report.quarantined},
                           {"redelivered", report.redelivered},
                           {"ignored", report.ignored},
                           {"repeated_headers", report.headers},
                           {"comments", report.comments},
                           {"columns", report.columns},
                           {"events", report.events},
                           {"duplicates", report.duplicates},
                           {"users", report.users},
                           {"items", report.items},
                           {"new_users", report.new_users},
                           {"new_items", report.new_items},
                           {"interactions", report.interactions},
                           {"held_out", report.held_out},
                           {"held_dropped", report.held_dropped},
                           {"test_unknown", report.test_unknown},
                           {"items_file", as_json(report.items_file)},
                           {"users_file", as_json(report.users_file)},
                           {"read_seconds", report.read_seconds},
                           {"seconds", report.seconds},
                           {"peak_mb", peak_megabytes(report)},
                           {"warnings", report.warnings}};
    if (report.validation)
        json["validation"] = {{"out", report.validation->path.string()},
                              {"interactions", report.validation->interactions},
                              {"held_out", report.validation->held_out}};
    print("{}\n", json_text(json));
}

std::string passed_over(const PrepareReport& report)
{
    std::string text;
    if (report.headers > 0) text += fmt::format(", {} repeated headers passed over", report.headers);
    if (report.comments > 0) text += fmt::format(", {} comments passed over", report.comments);
    return text;
}

void print_text(const PrepareReport& report, const PrepareOptions& options)
{
    const auto added = [&](std::int64_t rows) {
        return options.extend.empty() ? std::string() : fmt::format(" ({} new)", rows);
    };
    const double cells = static_cast<double>(report.users) * static_cast<double>(report.items);
    if (!report.columns.empty()) print("columns       {}\n", printable(report.columns));
    print("lines         {} ({} quarantined{})\n", report.lines, report.quarantined, passed_over(report));
    if (report.ignored > 0) print("ignored       {} events, by option or rule\n", report.ignored);
    print("events        {} ({} merged as duplicates)\n", report.events, report.duplicates);
    if (report.redelivered > 0)
        print("redelivered   {} events that the log holds again, dropped (--redelivered keep counts them)\n",
              report.redelivered);
    print("users         {}{}\n", report.users, added(report.new_users));
    print("items         {}{}\n", report.items, added(report.new_items));
    print("interactions  {} (density {:.3g} %)\n", report.interactions,
          100 * static_cast<double>(report.interactions) / cells);
    if (report.held_out > 0 || report.held_dropped > 0 || report.test_unknown > 0)
        print("held out      {} ({} dropped: their pair is also learned from; {} of unknown users or items)\n",
              report.held_out, report.held_dropped, report.test_unknown);
    print_attributes(report.users_file, options.users, Side::users);
    print_attributes(report.items_file, options.items, Side::items);
    print("time          {:.2f} s ({:.0f} lines/s), {:.0f} MB at most\n", report.seconds,
          static_cast<double>(report.lines) / report.seconds, peak_megabytes(report));
    print("wrote         {}\n", printable(options.out.string()));
    if (report.validation)
        print("wrote         {}: {} interactions, {} held out to choose by\n",
              printable(report.validation->path.string()), report.validation->interactions,
              report.validation->held_out);
}

void say_notes(const PrepareReport& report, const PrepareOptions& options)
{
    if (report.value_min <= 0 && options.rules.empty())
        say("note: there are values of 0 or below, the least is {}; without --rules, --objective implicit takes their "
            "events for positive ones and explicit for ratings: --drop-below or --drop-values ignores them",
            report.value_min);
    const bool has_types =
        report.columns.find("event=") != std::string::npos || options.layout.columns.has(EventColumn::event);
    if (has_types && options.rules.empty() && options.filter.types.empty() && options.filter.only.empty())
        say("note: without --rules, --only-events or --ignore-events, all types of events are one");
}

}  // namespace

int prepare_command(int argc, char** argv)
{
    CommandLine line("prepare",
                     "Turn interaction logs into a dataset: interactions by user and by item, ids, titles, a split",
                     examples);
    PrepareOptions options;
    Words words;
    add_options(line.app(), options, words);
    if (!line.parse(argc, argv)) return 0;
    interpret(words, options);
    options.command_options = line.resolved();
    const Communicator ranks;
    const PrepareReport report = prepare(ranks, options);
    if (!ranks.leads()) return 0;
    const std::string leak = leak_of_split(options.split.text);  // said when all is done: a failure is one line
    if (!leak.empty()) say("note: {}", leak);
    for (const auto& warning : report.warnings) say("warning: {}", warning);
    say_notes(report, options);
    if (line.json())
        print_json(report, options.out.string());
    else
        print_text(report, options);
    return 0;
}

}  // namespace alster
