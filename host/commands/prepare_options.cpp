#include "host/commands/prepare_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include "data/error.hpp"

namespace alster {

namespace {

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

void add_filter_options(CLI::App& app, EventFilter& filter, PrepareWords& words)
{
    app.add_option("--drop-below", words.drop_below, "Ignore events with a value below this one");
    app.add_option("--drop-values", filter.values, "Ignore events with one of these values: -1,0")->delimiter(',');
    app.add_option("--ignore-events", filter.types, "Ignore events of these types: view,click")->delimiter(',');
    app.add_option("--only-events", filter.only, "Ignore events of all other types")->delimiter(',');
}

/// Every count of a log that is given twice would be doubled.
void require_distinct(const std::vector<std::string>& inputs)
{
    std::error_code failed;
    for (std::size_t a = 0; a < inputs.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            if (std::filesystem::is_regular_file(inputs[a], failed) &&
                std::filesystem::equivalent(inputs[a], inputs[b], failed))
                throw Error(ExitCode::usage, "--input {}: is given twice", inputs[a]);
}

}  // namespace

void add_layout_options(CLI::App& app, LogLayout& layout, PrepareWords& words)
{
    app.add_option("--format", words.format, "csv, tsv, jsonl, movielens, pairs or lists")->capture_default_str();
    app.add_option("--columns", words.columns,
                   "user=0,item=1,value=2,time=3,event=4,confidence=5, or names with --header");
    app.add_flag("--header", words.header, "The first line of each csv or tsv file names its columns");
    app.add_flag("--no-header", words.no_header, "The first line of each csv or tsv file is an event");
    app.add_option("--separator", words.separator, "Of csv and tsv: , ; | \\t :: space, or another mark");
    app.add_flag("--decimal-comma", layout.decimal_comma, "1,234 is a little more than 1");
    app.add_option("--null", layout.nulls, "Spellings of what is not given: NULL,NA,\\N")->delimiter(',');
    app.add_option("--time-format", words.time_format,
                   "s, ms, us, ns or a pattern as %m/%d/%Y %H:%M (default: found for each time)");
}

void add_description_options(CLI::App& app, PrepareOptions& options, PrepareWords& words)
{
    app.add_option("--items", options.items.path, "What items are: movies.dat, u.item, JSON lines, CSV or TSV");
    app.add_option("--item-columns", words.item_columns,
                   "id=0,title=1,genres=2:set:;,released=5:time by position or name, with types");
    app.add_option("--users", options.users.path, "What users are: users.dat, u.user, JSON lines, CSV or TSV")
        ->type_name("TABLE");
    app.add_option("--user-columns", words.user_columns,
                   "id=0,profile=1:category,born=2:number; types: text, category, set, number, time, bool");
}

void add_prepare_options(CLI::App& app, PrepareOptions& options, PrepareWords& words)
{
    app.add_option("--input", options.inputs, "Log files, plain or packed (gzip, bzip2, xz, zstd); - is standard input")
        ->required();
    add_layout_options(app, options.layout, words);
    add_filter_options(app, options.filter, words);
    add_description_options(app, options, words);
    app.add_flag("--only-with-events", options.only_with_events,
                 "No rows for users and items that are described but have no events");
    app.add_option("--extend", options.extend,
                   "An earlier dataset whose users and items keep their rows; --input holds the whole history");
    app.add_option("--erased-in", options.erased_in,
                   "A dataset whose erased ids stay erased; --extend does so by itself")
        ->excludes("--extend");
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

void interpret(const PrepareWords& words, PrepareOptions& options)
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
    require_distinct(options.inputs);
    if (std::count(options.inputs.begin(), options.inputs.end(), "-") + (options.test == "-") > 1)
        throw Error(ExitCode::usage, "standard input (-) can be read once only");
    if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 0 &&
        options.validation.kind != SplitPlan::Kind::none)
        throw Error(ExitCode::usage, "--validation reads the log twice, and standard input (-) can be read once only");
}

}  // namespace alster
